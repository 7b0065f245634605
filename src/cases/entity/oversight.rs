//! Rows of supervision.

/// Supervision and recommendations.
pub mod supervision {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_supervisions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub sort: i32,
        pub kind: i32,
        pub reason: i32,
        pub state: i32,
        pub rule: Option<String>,
        pub issuer: Option<String>,
        pub organization: Option<String>,
        pub clock: Option<Uuid>,
        pub content: Vec<u8>,
        pub answer_date: Option<i32>,
        pub adoption: i32,
        pub answer: Option<Vec<u8>>,
        pub answer_time: Option<i64>,
        pub end_reason: Option<Vec<u8>>,
        pub end_time: Option<i64>,
        pub create_time: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Urgent reports.
pub mod urgent {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_urgent_reports")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub organizations: String,
        pub reporter: String,
        pub content: Vec<u8>,
        pub report_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
