//! Rows of the tables of mediations.

macro_rules! row {
    ($(#[$about:meta])* $module:ident $table:literal { $($body:tt)* }) => {
        $(#[$about])*
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model { $($body)* }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

mod file;

pub use file::{audience, challenge, confirmation, follow_up, record};

row! {
    /// Mediations.
    mediation "mediations" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub state: i32,
        pub source: i32,
        pub committee: String,
        pub region: i64,
        pub region_version: i32,
        pub province: Option<i64>,
        pub city: Option<i64>,
        pub county: Option<i64>,
        pub township: Option<i64>,
        pub village: Option<i64>,
        pub matter: Option<Vec<u8>>,
        pub application_date: Option<i32>,
        pub open_time: i64,
        pub participant_count: i32,
        pub necessary_party_count: i32,
        pub necessary_consent_count: i32,
        pub session_count: i32,
        pub settlement: Option<Uuid>,
        pub end_time: Option<i64>,
        pub failure_reason: Option<i32>,
        pub failure_explanation: Option<Vec<u8>>,
        pub notice_routes: Option<i32>,
        pub notice_means: Option<i32>,
        pub create_time: i64,
        pub version: i64,
        pub withdrawn_by: Option<Uuid>,
        pub withdrawal_reason: Option<Vec<u8>>,
        pub dispute_type: Option<i32>,
        pub undated: bool,
        pub external_source: Option<String>,
        pub external_id: Option<String>,
        pub missing_fields: Option<String>,
        pub term_date: Option<i32>,
        pub term_time: Option<i64>,
        pub term_rule: Option<String>,
        pub referrer: Option<String>,
        pub referral_number: Option<String>,
    }
}

row! {
    /// The cases of mediations.
    mediation_case "mediation_cases" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub mediation: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub case_id: Uuid,
    }
}

row! {
    /// Participants.
    participant "mediation_participants" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub mediation: Uuid,
        pub kind: i32,
        pub identity: Option<String>,
        pub posting: Option<String>,
        pub display_name: Vec<u8>,
        pub phone: Option<Vec<u8>>,
        pub needs: Option<Vec<u8>>,
        pub chosen_by: Option<i32>,
        pub invitation_consent_time: Option<i64>,
        pub consent: Option<i32>,
        pub consent_time: Option<i64>,
        pub consent_statement: Option<Vec<u8>>,
        pub create_time: i64,
        pub version: i64,
        pub party_kind: Option<i32>,
        pub dwelling: Option<Vec<u8>>,
        pub dwelling_index: Option<Vec<u8>>,
        pub household_size: i32,
        pub special_needs: Option<Vec<u8>>,
        pub interest: Option<Vec<u8>>,
        pub interest_time: Option<i64>,
        pub leave_time: Option<i64>,
        pub leave_reason: Option<i32>,
        pub replaces: Option<Uuid>,
        pub open_challenges: i32,
        pub agreed_by: Option<String>,
    }
}

row! {
    /// Those who act for parties.
    agent "mediation_agents" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub participant: Uuid,
        pub display_name: Vec<u8>,
        pub phone: Option<Vec<u8>>,
        pub basis: i32,
        pub extent: i32,
        pub document_number: Option<String>,
        pub evidence: Option<String>,
        pub start_date: i32,
        pub end_date: Option<i32>,
        pub revoke_time: Option<i64>,
        pub create_time: i64,
        pub version: i64,
    }
}

row! {
    /// Sessions.
    session "mediation_sessions" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub mediation: Uuid,
        pub state: i32,
        pub start_time: i64,
        pub end_time: i64,
        pub venue: Option<String>,
        pub room: Option<String>,
        pub place: Option<Vec<u8>>,
        pub outcome: Option<i32>,
        pub minutes: Option<Vec<u8>>,
        pub cancel_reason: Option<Vec<u8>>,
        pub create_time: i64,
        pub version: i64,
        pub late_entry_reason: Option<Vec<u8>>,
        pub reschedule_reason: Option<Vec<u8>>,
        pub reschedule_count: i32,
        pub openness: Option<i32>,
        pub actual_start_time: Option<i64>,
        pub actual_end_time: Option<i64>,
        pub adjourn_count: i32,
        pub adjourn_reason: Option<Vec<u8>>,
    }
}

row! {
    /// Who is asked to a session and who came.
    attendance "mediation_attendances" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub participant: Uuid,
        pub asked: bool,
        pub status: Option<i32>,
        pub reason: Option<Vec<u8>>,
        pub record_time: Option<i64>,
        pub agent: Option<Uuid>,
    }
}

row! {
    /// Who or what is taken by which session.
    booking "session_bookings" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub holder: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub session: Uuid,
        pub start_time: i64,
        pub end_time: i64,
    }
}

row! {
    /// The rows that bookings of one holder on one day lock.
    booking_day "booking_days" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub holder: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i32,
    }
}

row! {
    /// Agreements.
    agreement "agreements" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub mediation: Uuid,
        pub state: i32,
        pub edition: i32,
        pub necessary_signature_count: i32,
        pub acceding_signature_count: i32,
        pub mediator_signature_count: i32,
        pub last_party_time: Option<i64>,
        pub first_mediator_time: Option<i64>,
        pub seal_time: Option<i64>,
        pub seal_evidence: Option<String>,
        pub effect_time: Option<i64>,
        pub create_time: i64,
        pub version: i64,
        pub extent: i32,
        pub form: i32,
        pub acceding_threshold: i32,
        pub plan: Option<Uuid>,
        pub excluded_subjects: Option<String>,
    }
}

row! {
    /// The texts of agreements.
    agreement_text "agreement_texts" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub agreement: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub edition: i32,
        pub text: Vec<u8>,
        pub create_time: i64,
    }
}

row! {
    /// Signatures.
    signature "agreement_signatures" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub agreement: Uuid,
        pub edition: i32,
        pub participant: Uuid,
        pub kind: i32,
        pub means: i32,
        pub evidence: Option<String>,
        pub sign_time: i64,
        pub create_time: i64,
        pub capacity: i32,
        pub agent: Option<Uuid>,
        pub strike_time: Option<i64>,
        pub strike_reason: Option<i32>,
    }
}

row! {
    /// Plans of who bears the cost.
    plan "contribution_plans" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub agreement: Uuid,
        pub cost: i64,
        pub create_time: i64,
    }
}

row! {
    /// Lines of plans.
    line "contribution_lines" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub plan: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub key: String,
        pub display_name: String,
        pub amount: i64,
        pub payer: Option<Uuid>,
        pub bearer: Option<Uuid>,
    }
}

row! {
    /// Shares of the pools of plans.
    share "contribution_shares" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub plan: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub participant: Uuid,
        pub weight: i32,
        pub amount: i64,
    }
}

row! {
    /// What was pledged, paid and paid back.
    contribution "contributions" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub agreement: Uuid,
        pub line: String,
        pub participant: Uuid,
        pub kind: i32,
        pub amount: i64,
        pub evidence: Option<String>,
        pub contribute_time: i64,
        pub create_time: i64,
    }
}

row! {
    /// Its sums, by line and participant.
    balance "contribution_balances" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub agreement: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub participant: Uuid,
        pub pledged: i64,
        pub paid: i64,
    }
}

row! {
    /// Its sums, by line.
    total "contribution_totals" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub agreement: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line: String,
        pub pledged: i64,
        pub paid: i64,
    }
}

row! {
    /// What is owed under agreements.
    obligation "obligations" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub mediation: Uuid,
        pub agreement: Uuid,
        pub kind: i32,
        pub state: i32,
        pub debtor: Uuid,
        pub creditor: Option<Uuid>,
        pub text: Option<Vec<u8>>,
        pub amount: i64,
        pub performed: i64,
        pub due_date: Option<i32>,
        pub instalment: i32,
        pub line: Option<String>,
        pub binding_time: Option<i64>,
        pub lapse_time: Option<i64>,
        pub end_time: Option<i64>,
        pub late: bool,
        pub reason: Option<Vec<u8>>,
        pub create_time: i64,
        pub version: i64,
        pub state_before: Option<i32>,
    }
}

row! {
    /// What was done on obligations.
    performance "performances" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub obligation: Uuid,
        pub amount: i64,
        pub complete: bool,
        pub perform_time: i64,
        pub evidence: Option<String>,
        pub text: Option<Vec<u8>>,
        pub create_time: i64,
        pub reverse_time: Option<i64>,
        pub reverse_reason: Option<Vec<u8>>,
    }
}
