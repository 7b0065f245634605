//! Rows of `organizations`, `organization_competences` and `organization_successors`.

use sea_orm::entity::prelude::*;

use super::model::{Competence, Facts, Hours, Kind, Organization};
use crate::{
    error::{Error, Result},
    place::{Code, Path},
    wire::from_days,
};

/// An organization without its lists.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub display_name: String,
    pub kind: i32,
    pub region: i64,
    pub province: Option<i64>,
    pub city: Option<i64>,
    pub county: Option<i64>,
    pub township: Option<i64>,
    pub village: Option<i64>,
    pub parent: Option<String>,
    pub unified_code: Option<String>,
    pub morning_open: Option<i32>,
    pub morning_close: Option<i32>,
    pub afternoon_open: Option<i32>,
    pub afternoon_close: Option<i32>,
    pub valid_from: Option<i32>,
    pub valid_until: Option<i32>,
    pub source: Option<String>,
    pub source_id: Option<String>,
    pub create_time: i64,
    pub update_time: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The organization, with the lists that were read beside the row.
    pub fn with(self, competences: Vec<Competence>, successors: Vec<String>) -> Result<Organization> {
        let broken = |what: &str| Error::internal(format!("organization {} has {what}", self.id));
        let code = |code: Option<i64>| code.map(Code::from_stored);
        let office_hours = match (self.morning_open, self.morning_close, self.afternoon_open, self.afternoon_close) {
            (Some(open), Some(close), Some(open_again), Some(close_again)) => {
                let hours = minutes(open, close).zip(minutes(open_again, close_again));
                let hours = hours.and_then(|(morning, afternoon)| Hours::new(morning, afternoon));
                Some(hours.ok_or_else(|| broken("unordered hours"))?)
            }
            (None, None, None, None) => None,
            _ => return Err(broken("incomplete hours")),
        };
        let facts = Facts {
            kind: Kind::from_number(self.kind).ok_or_else(|| broken("an unknown kind"))?,
            display_name: self.display_name,
            region: Code::from_stored(self.region),
            parent: self.parent,
            unified_code: self.unified_code,
            competences,
            office_hours,
            valid_from: self.valid_from.map(from_days),
            valid_until: self.valid_until.map(from_days),
            successors,
            source: self.source,
            source_id: self.source_id,
        };
        Ok(Organization {
            id: self.id,
            facts,
            place: Path {
                province: code(self.province),
                city: code(self.city),
                county: code(self.county),
                township: code(self.township),
                village: code(self.village),
            },
            create_time: self.create_time,
            update_time: self.update_time,
            version: self.version,
        })
    }
}

fn minutes(opens: i32, closes: i32) -> Option<(u16, u16)> {
    u16::try_from(opens).ok().zip(u16::try_from(closes).ok())
}

/// What an organization is competent for, a row for each region.
pub mod competence {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organization_competences")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub topic: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub region: i64,
        pub own_region: bool,
        pub position: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who took over.
pub mod successor {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organization_successors")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub successor: String,
        pub position: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
