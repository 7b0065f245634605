//! Rows of `clients`, `grants` and `tokens`.

/// Clients.
pub mod client {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "clients")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub display_name: String,
        pub names_officials: bool,
        pub organization: Option<String>,
        pub create_time: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Grants.
pub mod grant {
    use sea_orm::entity::prelude::*;

    use crate::{
        admin::model::Grant,
        auth::{Area, Role},
        error::{Error, Result},
        place::{Code, Level},
    };

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub client: String,
        pub role: i32,
        pub region: Option<i64>,
        pub region_level: Option<i32>,
        pub organization: Option<String>,
        pub cadre: Option<String>,
        pub posting: Option<String>,
        pub create_time: i64,
        pub revoke_time: Option<i64>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    impl TryFrom<Model> for Grant {
        type Error = Error;

        fn try_from(row: Model) -> Result<Self> {
            let broken = || Error::internal(format!("grant {} is of no known form", row.id));
            let area = match (row.region, row.region_level, row.organization, row.cadre, row.posting) {
                (Some(code), Some(level), None, None, None) => {
                    Area::Region { level: Level::from_stored(level).ok_or_else(broken)?, code: Code::from_stored(code) }
                }
                (None, None, Some(id), None, None) => Area::Organization { id },
                (None, None, None, Some(cadre), Some(id)) => Area::Posting { cadre, id },
                _ => return Err(broken()),
            };
            Ok(Self {
                id: row.id,
                role: Role::from_number(row.role).ok_or_else(broken)?,
                client: row.client,
                area,
                create_time: row.create_time,
                revoke_time: row.revoke_time,
                version: row.version,
            })
        }
    }
}

/// Tokens.
pub mod token {
    use sea_orm::entity::prelude::*;

    use crate::admin::model::Token;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub client: String,
        pub prefix: String,
        pub digest: Vec<u8>,
        pub create_time: i64,
        pub expire_time: i64,
        pub revoke_time: Option<i64>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    impl From<Model> for Token {
        fn from(row: Model) -> Self {
            let Model { id, client, prefix, digest: _, create_time, expire_time, revoke_time, version } = row;
            Self { id, client, prefix, create_time, expire_time, revoke_time, version }
        }
    }
}
