//! Rows of `cadres`, `cadre_posts`, `cadre_expertises`, `postings` and `cadre_leaves`.

/// Cadres.
pub mod cadre {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cadres")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub display_name: String,
        pub rank: i32,
        pub organization: String,
        pub phone: Option<Vec<u8>>,
        pub valid_from: Option<i32>,
        pub valid_until: Option<i32>,
        pub source: Option<String>,
        pub source_id: Option<String>,
        pub create_time: i64,
        pub update_time: i64,
        pub version: i64,
        pub mediation_capacity: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Posts that cadres hold.
pub mod post {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cadre_posts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub cadre: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub display_name: String,
        pub organization: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What cadres know well.
pub mod expertise {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cadre_expertises")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub cadre: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub topic: String,
        pub valid_from: Option<i32>,
        pub valid_until: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Postings.
pub mod posting {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "postings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub cadre: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub region: i64,
        pub region_version: i32,
        pub region_level: i32,
        pub province: Option<i64>,
        pub city: Option<i64>,
        pub county: Option<i64>,
        pub township: Option<i64>,
        pub village: Option<i64>,
        pub role: i32,
        pub valid_from: i32,
        pub term_until: Option<i32>,
        pub valid_until: Option<i32>,
        pub appointing_number: String,
        pub appointing_title: String,
        pub appointing_issuer: String,
        pub appointing_date: Option<i32>,
        pub substitute_cadre: Option<String>,
        pub substitute_posting: Option<String>,
        pub end_reason: Option<i32>,
        pub end_explanation: Option<String>,
        pub ending_number: String,
        pub ending_title: String,
        pub ending_issuer: String,
        pub ending_date: Option<i32>,
        pub source: Option<String>,
        pub source_id: Option<String>,
        pub create_time: i64,
        pub update_time: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Leaves.
pub mod leave {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cadre_leaves")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub cadre: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub valid_from: i32,
        pub valid_until: i32,
        pub create_time: i64,
        pub update_time: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
