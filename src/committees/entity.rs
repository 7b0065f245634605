//! Rows of `committee_terms` and `committee_members`.

/// Terms of office.
pub mod term {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "committee_terms")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub valid_from: i32,
        pub term_until: i32,
        pub valid_until: Option<i32>,
        pub end_reason: Option<i32>,
        pub chosen_by: i32,
        pub women_count: i32,
        pub multi_ethnic_area: bool,
        pub minority_count: i32,
        pub seal_inscription: Option<String>,
        pub seal_impression: Option<String>,
        pub seal_use_date: Option<i32>,
        pub court_notify_date: Option<i32>,
        pub court_told: bool,
        pub create_time: i64,
        pub update_time: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Members.
pub mod member {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "committee_members")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub term: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub cadre: String,
        pub post: i32,
        pub valid_from: Option<i32>,
        pub valid_until: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
