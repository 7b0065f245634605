//! Rows of the file of mediations, and of what comes after agreements.

row! {
    /// Challenges of mediators.
    challenge "mediation_challenges" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub mediation: Uuid,
        pub mediator: Uuid,
        pub challenger: Uuid,
        pub ground: i32,
        pub state: i32,
        pub statement: Option<Vec<u8>>,
        pub raise_time: i64,
        pub decision: Option<Vec<u8>>,
        pub decide_time: Option<i64>,
        pub create_time: i64,
        pub version: i64,
    }
}

row! {
    /// The file of mediations.
    record "mediation_records" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub mediation: Uuid,
        pub kind: i32,
        pub private: bool,
        pub session: Option<Uuid>,
        pub participant: Option<Uuid>,
        pub title: Option<Vec<u8>>,
        pub text: Option<Vec<u8>>,
        pub items: Option<Vec<u8>>,
        pub place: Option<Vec<u8>>,
        pub acknowledged_by: Option<String>,
        pub event_time: Option<i64>,
        pub recorder_id: String,
        pub recorder: String,
        pub create_time: i64,
        pub version: i64,
    }
}

row! {
    /// Who may know private records.
    audience "mediation_record_audience" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub record: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub participant: Uuid,
        pub consent_time: Option<i64>,
    }
}

row! {
    /// Applications for confirmation.
    confirmation "agreement_confirmations" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub agreement: Uuid,
        pub state: i32,
        pub applicants: String,
        pub court: String,
        pub request_time: i64,
        pub evidence: Option<String>,
        pub deadline_date: i32,
        pub document_number: Option<String>,
        pub accept_time: Option<i64>,
        pub decide_time: Option<i64>,
        pub reason: Option<Vec<u8>>,
        pub create_time: i64,
        pub version: i64,
    }
}

row! {
    /// Visits after agreements.
    follow_up "agreement_follow_ups" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub agreement: Uuid,
        pub state: i32,
        pub due_date: i32,
        pub visitor: Uuid,
        pub finding: Option<i32>,
        pub record: Option<Uuid>,
        pub visit_time: Option<i64>,
        pub cancel_reason: Option<Vec<u8>>,
        pub create_time: i64,
        pub version: i64,
    }
}
