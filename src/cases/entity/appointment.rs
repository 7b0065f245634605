//! Rows of appointments.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_appointments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub case_id: Uuid,
    pub role: i32,
    pub state: i32,
    pub cadre: String,
    pub plan: Option<Vec<u8>>,
    pub appoint_time: i64,
    pub end_time: Option<i64>,
    pub end_reason: Option<Vec<u8>>,
    pub recusal_trigger: i32,
    pub recusal_granted: bool,
    pub recusal_decider: Option<String>,
    pub recusal_time: Option<i64>,
    pub replacement: Option<Uuid>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
