//! Parties, and the mandates of those who act for others.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_parties")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub case_id: Uuid,
    pub role: i32,
    pub kind: i32,
    pub display_name: Option<Vec<u8>>,
    pub id_document: i32,
    pub id_number: Option<Vec<u8>>,
    pub id_number_index: Option<Vec<u8>>,
    pub unified_code: Option<Vec<u8>>,
    pub unified_code_index: Option<Vec<u8>>,
    pub phone: Option<Vec<u8>>,
    pub phone_index: Option<Vec<u8>>,
    pub address: Option<Vec<u8>>,
    pub needs: Option<Vec<u8>>,
    pub special_needs: Option<Vec<u8>>,
    pub household_size: i32,
    pub subject: Option<String>,
    pub outcome: i32,
    pub consent: i32,
    pub outcome_time: Option<i64>,
    pub restrict_time: Option<i64>,
    pub create_time: i64,
    pub end_time: Option<i64>,
    pub end_reason: Option<String>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// By what an agent acts.
pub mod mandate {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_mandates")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub party_id: Uuid,
        pub case_id: Uuid,
        pub basis: i32,
        pub extent: i32,
        pub principals: String,
        pub document_number: Option<String>,
        pub start_date: i32,
        pub end_date: Option<i32>,
        pub revoke_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
