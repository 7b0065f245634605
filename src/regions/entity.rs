//! Rows of `regions` and `region_successions`.

use sea_orm::entity::prelude::*;

use super::model::{Kind, Region};
use crate::{
    error::{Error, Result},
    place::{Code, Level, Path},
    wire::from_days,
};

/// One version of a region.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "regions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub display_name: String,
    pub stem: String,
    pub level: i32,
    pub kind: i32,
    pub parent: Option<i64>,
    pub province: Option<i64>,
    pub city: Option<i64>,
    pub county: Option<i64>,
    pub township: Option<i64>,
    pub village: Option<i64>,
    pub valid_from: i32,
    pub valid_until: Option<i32>,
    pub current: bool,
    pub source: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Region {
    type Error = Error;

    fn try_from(row: Model) -> Result<Self> {
        let broken = || Error::internal(format!("region {} has an unknown level or kind", row.code));
        let code = |code: Option<i64>| code.map(Code::from_stored);
        Ok(Self {
            code: Code::from_stored(row.code),
            version: row.version,
            level: Level::from_stored(row.level).ok_or_else(broken)?,
            kind: Kind::from_stored(row.kind).ok_or_else(broken)?,
            parent: code(row.parent),
            path: Path {
                province: code(row.province),
                city: code(row.city),
                county: code(row.county),
                township: code(row.township),
                village: code(row.village),
            },
            valid_from: from_days(row.valid_from),
            valid_until: row.valid_until.map(from_days),
            display_name: row.display_name,
        })
    }
}

/// Who followed whom.
pub mod succession {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "region_successions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub predecessor: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub successor: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub effective_date: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
