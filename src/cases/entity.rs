//! Rows of the case tables.

pub mod advance;
pub mod appointment;
pub mod document;
pub mod duplicate;
pub mod merge;
pub mod oversight;
pub mod party;
pub mod query_code;
pub mod relation;

/// Cases.
pub mod case {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub number: String,
        pub case_type: String,
        pub stage: Option<String>,
        pub state: i32,
        pub nature: i32,
        pub route: i32,
        pub channel: i32,
        pub title: String,
        pub statement: Option<Vec<u8>>,
        pub summary: Option<Vec<u8>>,
        pub topic: Option<String>,
        pub region: i64,
        pub region_version: i32,
        pub province: Option<i64>,
        pub city: Option<i64>,
        pub county: Option<i64>,
        pub township: Option<i64>,
        pub village: Option<i64>,
        pub registering_organization: Option<String>,
        pub handling_organization: Option<String>,
        pub handling_level: i32,
        pub petition_date: i32,
        pub receive_time: i64,
        pub register_time: i64,
        pub update_time: i64,
        pub backdating_reason: Option<String>,
        pub external_source: Option<String>,
        pub external_id: Option<String>,
        pub identity_mode: i32,
        pub attendance: i32,
        pub party_count: i32,
        pub hop_count: i32,
        pub urgent: bool,
        pub historic: bool,
        pub outcome: i32,
        pub execution: i32,
        pub resolution: i32,
        pub register_posting: Option<String>,
        pub current_posting: Option<String>,
        pub next_due_time: Option<i64>,
        pub answer_time: Option<i64>,
        pub close_time: Option<i64>,
        pub close_evidence: Option<Vec<u8>>,
        pub settlement: Option<String>,
        pub procedure: i32,
        pub accept_time: Option<i64>,
        pub office_rating: i32,
        pub organ_rating: i32,
        pub indexed: bool,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who holds or held a case.
pub mod line {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub holder: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub register_time: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// From whom a case is walled off.
pub mod wall {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_walls")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub holder: String,
        /// Etag of the case by the change that raised it; a stroke where it stood from the beginning.
        pub since: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Clocks.
pub mod clock {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_clocks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub rule: String,
        pub rule_version: i32,
        pub article: String,
        pub state: i32,
        pub duty: i32,
        pub start_time: i64,
        pub nominal_date: i32,
        pub adjusted_date: i32,
        pub due_time: i64,
        pub provisional: bool,
        pub calendar_version: String,
        pub stop_time: Option<i64>,
        pub stopped_by: Option<String>,
        pub holder: Option<String>,
        pub computation: String,
        pub inputs: Option<String>,
        pub alert_time: Option<i64>,
        pub checked_calendar: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Hops and help.
pub mod assignment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_assignments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub kind: i32,
        pub means: i32,
        pub state: i32,
        pub organization: Option<String>,
        pub posting: Option<String>,
        pub from_organization: Option<String>,
        pub note: Option<Vec<u8>>,
        pub term_date: Option<i32>,
        pub create_time: i64,
        pub receive_time: Option<i64>,
        pub submit_time: Option<i64>,
        pub result: Option<Vec<u8>>,
        pub confirm_time: Option<i64>,
        pub resolution: i32,
        pub dispute_time: Option<i64>,
        pub dispute_count: i32,
        pub dispute_grounds: Option<Vec<u8>>,
        pub dispute_consented: bool,
        pub dispute_decision: i32,
        pub dispute_decider: i32,
        pub dispute_decide_time: Option<i64>,
        pub dispute_reason: Option<Vec<u8>>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Opinions and direct replies.
pub mod opinion {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_opinions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub kind: i32,
        pub outcome: i32,
        pub organization: Option<String>,
        pub document_number: Option<String>,
        pub facts: Vec<u8>,
        pub reasons: Option<Vec<u8>>,
        pub legal_basis: Option<Vec<u8>>,
        pub issue_time: i64,
        pub serve_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Notices.
pub mod notice {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_notices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub kind: i32,
        pub document_number: Option<String>,
        pub exemption: i32,
        pub ground: i32,
        pub related_case: Option<Uuid>,
        pub prior_document_number: Option<String>,
        pub guidance: Option<Vec<u8>>,
        pub approver: Option<String>,
        pub issue_time: i64,
        pub serve_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Reviews and re-reviews.
pub mod review {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_reviews")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub stage: i32,
        pub state: i32,
        pub organization: String,
        pub opinion: Uuid,
        pub request_date: i32,
        pub receive_time: i64,
        pub grounds: Vec<u8>,
        pub decision: Option<Uuid>,
        pub decide_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Hearings.
pub mod hearing {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_hearings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub review: Uuid,
        pub presider: String,
        pub open_time: i64,
        pub end_time: Option<i64>,
        pub minutes: Option<Vec<u8>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Service records.
pub mod service {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_service_records")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        #[sea_orm(column_name = "opinion")]
        pub document: Uuid,
        pub document_kind: i32,
        pub means: i32,
        pub receive_time: i64,
        pub party: Option<Uuid>,
        pub create_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Progress reports.
pub mod progress {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_progress")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub report: Vec<u8>,
        pub occur_time: i64,
        pub create_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What opinions promise.
pub mod promise {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_promises")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub opinion: Uuid,
        pub clock: Option<Uuid>,
        pub state: i32,
        pub promise: Vec<u8>,
        pub due_date: Option<i32>,
        pub evidence: Option<Vec<u8>>,
        pub record_time: Option<i64>,
        pub create_time: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
