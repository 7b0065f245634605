//! How the databases plan what the lists really ask: an index walk in every scope and order, never a look at every row and never a
//! sort of them.
//!
//! The statements are those that the program sends, read from its log of statements. PostgreSQL is asked for its plan with scans of
//! whole tables and sorts switched off: what is still in the plan then, no index could spare.

use std::{cell::RefCell, fmt, sync::Once};

use lianbang::{
    auth::Role,
    pb::v1::{
        self, cadre_service_client::CadreServiceClient, case_service_client::CaseServiceClient,
        committee_service_client::CommitteeServiceClient, duplicate_service_client::DuplicateServiceClient,
        event_service_client::EventServiceClient, mediation_service_client::MediationServiceClient,
        organization_service_client::OrganizationServiceClient, procedure_service_client::ProcedureServiceClient,
        region_service_client::RegionServiceClient, staffing_service_client::StaffingServiceClient,
    },
};
use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt},
};

use crate::{
    harness::{Line, Stage, date},
    mutations::organizations,
};

thread_local! {
    /// What the server of this thread's test has sent, while the test listens: a test and its server share one thread.
    static SENT: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Keeps the statements of threads that listen.
struct Keep;

impl<S: Subscriber> Layer<S> for Keep {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Statement(Option<String>);
        impl Visit for Statement {
            fn record_str(&mut self, field: &Field, value: &str) {
                if field.name() == "statement" {
                    self.0 = Some(value.to_owned());
                }
            }

            fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
        }
        SENT.with_borrow_mut(|sent| {
            if let Some(sent) = sent {
                let mut found = Statement(None);
                event.record(&mut found);
                sent.extend(found.0);
            }
        });
    }
}

/// Listens on this thread from now on.
pub fn listen() {
    static KEPT: Once = Once::new();
    KEPT.call_once(|| {
        let statements = Targets::new().with_target("lianbang::statement", Level::TRACE);
        let kept = tracing_subscriber::registry().with(Keep.with_filter(statements));
        tracing::subscriber::set_global_default(kept).expect("nobody else listens");
    });
    SENT.set(Some(Vec::new()));
}

/// What was sent since the last time.
pub fn sent() -> Vec<String> {
    SENT.with_borrow_mut(|sent| sent.as_mut().map(std::mem::take).unwrap_or_default())
}

/// How the database plans a statement, one line a step.
async fn plan(stage: &Stage, statement: &str) -> Vec<String> {
    let url = stage.database.url();
    if !stage.database.is_postgres() {
        let mut conn = SqliteConnection::connect(&url).await.expect("connect");
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(explain)).fetch_all(&mut conn).await.expect(statement);
        return rows.iter().map(|row| row.get::<String, _>(3)).collect();
    }
    let mut conn = PgConnection::connect(&url).await.expect("connect");
    let values = (1..).take_while(|number| statement.contains(&format!("${number}"))).count();
    let values = if values == 0 { String::new() } else { format!("({})", vec!["NULL"; values].join(", ")) };
    // An inverted index is read by bitmaps only.
    let bitmaps = if statement.contains("case_terms") { "on" } else { "off" };
    let explain = format!(
        "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = {bitmaps}; SET enable_incremental_sort = off;
         SET plan_cache_mode = force_generic_plan; PREPARE asked AS {statement}; EXPLAIN (COSTS off) EXECUTE asked {values}"
    );
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(explain)).fetch_all(&mut conn).await.expect(statement);
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

/// Steps that touch every row of a table.
fn scans(plan: &[String]) -> Vec<&String> {
    let made = |step: &str| ["USING", "CONSTANT ROW", "places", "(subquery"].iter().any(|word| step.contains(word));
    plan.iter()
        .filter(|step| (step.starts_with("SCAN ") && !made(step) && !matches_words(step)) || step.contains("Seq Scan"))
        .collect()
}

/// A walk of an FTS5 table along the words of a MATCH.
fn matches_words(step: &str) -> bool {
    step.contains("VIRTUAL TABLE INDEX") && step.contains(":M")
}

/// Steps that put rows in order.
fn sorts(plan: &[String]) -> Vec<&String> {
    plan.iter().filter(|step| step.contains("USE TEMP B-TREE FOR ORDER BY") || step.contains("Sort")).collect()
}

/// Asks for the plan of each statement since the last time that names the table.
async fn plans(stage: &Stage, about: &str, table: &str) -> Vec<(String, Vec<String>)> {
    let sent = sent();
    let mut plans = Vec::new();
    for statement in sent.iter().filter(|text| !text.starts_with("INSERT") && text.contains(table)) {
        let plan = plan(stage, statement).await;
        let told = format!("{about}\n{statement}\n{}", plan.join("\n"));
        assert!(scans(&plan).is_empty(), "every row is looked at: {told}");
        plans.push((told, plan));
    }
    assert!(!plans.is_empty(), "{about} asked nothing of {table}: {sent:#?}");
    plans
}

/// The list is one walk of an index.
pub async fn walks_an_index(stage: &Stage, about: &str, table: &str) {
    for (told, plan) in plans(stage, about, table).await {
        assert!(sorts(&plan).is_empty(), "rows are sorted: {told}");
    }
}

const AREAS: &[&str] = &[
    "regions/000000000000",
    "regions/410000000000",
    "regions/411000000000",
    "regions/411002000000",
    "regions/411002001000",
    "regions/411002001001",
    "organizations/office",
    "cadres/li-01/postings/first",
];

#[tokio::test]
async fn lists_of_cases_at_each_level_and_in_each_order() {
    let stage = Stage::with_regions().await;
    let mut lines: Vec<(&str, Line)> = Vec::new();
    for area in AREAS {
        lines.push((area, stage.within(Role::Reader, area).await));
    }
    listen();
    for (area, line) in lines {
        let mut client = CaseServiceClient::new(line);
        for order in ["", "next_due_time"] {
            for filter in
                ["", "state = STATE_ACCEPTED AND urgent = true", "region = \"regions/411002001000\"", "overdue = true"]
            {
                if filter == "overdue = true" && order.is_empty() {
                    // What is overdue is little against all there is: it is found by its due time and then put in order.
                    continue;
                }
                let request =
                    v1::ListCasesRequest { filter: filter.into(), order_by: order.into(), ..Default::default() };
                sent();
                client.list_cases(request).await.expect(filter);
                let about = format!("{area} {order} {filter}");
                if area.starts_with("regions/") {
                    walks_an_index(&stage, &about, "\"cases\"").await;
                } else {
                    // What one organization or cadre holds is found by the holder and then put in order.
                    plans(&stage, &about, "\"cases\"").await;
                }
            }
        }
    }
}

#[tokio::test]
async fn searches_at_each_level_and_in_each_order() {
    let stage = Stage::with_regions().await;
    let line = stage.everywhere(Role::Coordinator).await;
    crate::cases::registered(&line, "regions/411002001001", "供暖不足").await;
    let mut lines: Vec<(&str, Line)> = Vec::new();
    for area in AREAS {
        lines.push((area, stage.within(Role::Coordinator, area).await));
    }
    listen();
    for (area, line) in lines {
        let mut client = CaseServiceClient::new(line);
        for order_by in ["", "register_time desc"] {
            for filter in ["", "state = STATE_ACCEPTED AND urgent = true"] {
                let (query, filter, order_by) = ("供暖".into(), filter.into(), order_by.into());
                let request = v1::SearchCasesRequest { query, filter, order_by, ..Default::default() };
                sent();
                client.search_cases(request).await.expect("found");
                // The words and the area are looked up together.
                for (told, plan) in plans(&stage, area, "case_terms").await {
                    let index = "Bitmap Index Scan on case_terms_index";
                    let found = plan.iter().any(|step| matches_words(step) || step.contains(index));
                    assert!(found, "not by the index of words: {told}");
                }
            }
        }
    }
    // What the worker has to catch up with.
    sent();
    crate::worker::worker(&stage, 60).turn().await.expect("answers").expect("elected");
    let about: Vec<String> = sent().into_iter().filter(|text| text.contains("NOT indexed")).collect();
    assert!(!about.is_empty(), "the worker did not look for what it has to catch up with");
    for statement in about {
        let plan = plan(&stage, &statement).await;
        assert!(plan.iter().any(|step| step.contains("cases_unindexed")), "{statement}: {plan:#?}");
    }
}

#[tokio::test]
async fn what_is_like_a_case() {
    let stage = Stage::with_regions().await;
    let line = stage.within(Role::Coordinator, "regions/411002000000").await;
    let mut cases = v1::case_service_client::CaseServiceClient::new(line.clone());
    let mut names = Vec::new();
    for title in ["供暖不足", "供暖停了"] {
        let mut request = crate::cases::registration("regions/411002001001", title);
        request.parties = vec![crate::cases::parties::person(v1::party::Role::Petitioner, "张三")];
        names.push(cases.register_case(request).await.expect("registered").into_inner().name);
    }
    listen();
    let mut client = DuplicateServiceClient::new(line);
    let request = v1::FindSimilarCasesRequest { name: names.remove(0), ..Default::default() };
    sent();
    let found = client.find_similar_cases(request.clone()).await.expect("similar").into_inner().similar_cases;
    assert_eq!(found.len(), 1);
    let asked = sent();
    for table in ["case_terms", "case_index", "case_parties", "case_duplicates", "\"cases\""] {
        let about: Vec<&String> = asked.iter().filter(|text| text.contains(table)).collect();
        assert!(!about.is_empty() || (table == "case_index" && stage.database.is_postgres()), "{table}: {asked:#?}");
        for statement in about {
            let plan = plan(&stage, statement).await;
            assert!(scans(&plan).is_empty(), "every row is looked at: {statement}\n{}", plan.join("\n"));
        }
    }
    let confirm = v1::ReportRulesRequest::default();
    client.report_rules(confirm).await.expect("reports");
    plans(&stage, "ReportRules", "case_duplicates").await;
}

#[tokio::test]
async fn every_other_list() {
    let stage = Stage::with_regions().await;
    let line = stage.within(Role::Coordinator, "regions/411002000000").await;
    let mut exchange = EventServiceClient::new(stage.within(Role::Exchange, "regions/411002000000").await);
    let case = crate::cases::registered(&line, "regions/411002001001", "供暖").await;
    listen();

    let mut mediations = MediationServiceClient::new(line.clone());
    sent();
    mediations.list_mediations(v1::ListMediationsRequest::default()).await.expect("mediations");
    walks_an_index(&stage, "ListMediations", "\"mediations\"").await;

    exchange.list_events(v1::ListEventsRequest::default()).await.expect("events");
    walks_an_index(&stage, "ListEvents", "records").await;

    let mut organizations = OrganizationServiceClient::new(line.clone());
    for order_by in ["", "create_time desc"] {
        let request = v1::ListOrganizationsRequest { order_by: order_by.into(), ..Default::default() };
        organizations.list_organizations(request).await.expect("organizations");
        walks_an_index(&stage, "ListOrganizations", "\"organizations\"").await;
    }

    let mut cadres = CadreServiceClient::new(line.clone());
    for order_by in ["", "create_time desc"] {
        let request = v1::ListCadresRequest { order_by: order_by.into(), ..Default::default() };
        cadres.list_cadres(request).await.expect("cadres");
        walks_an_index(&stage, "ListCadres", "\"cadres\"").await;
    }
    for (parent, filter) in [("cadres/-", ""), ("cadres/li-01", ""), ("cadres/-", "region = \"regions/411002001001\"")]
    {
        let request = v1::ListPostingsRequest { parent: parent.into(), filter: filter.into(), ..Default::default() };
        if cadres.list_postings(request).await.is_ok() {
            walks_an_index(&stage, "ListPostings", "\"postings\"").await;
        }
    }

    for parent in ["cadres/-", "cadres/li-01"] {
        let request = v1::ListLeavesRequest { parent: parent.into(), date: date(2026, 3, 2), ..Default::default() };
        if cadres.list_leaves(request).await.is_ok() {
            walks_an_index(&stage, "ListLeaves", "\"cadre_leaves\"").await;
        }
    }

    let mut committees = CommitteeServiceClient::new(line.clone());
    for (filter, order_by) in [("", ""), ("", "name"), ("region = \"regions/411002001001\"", "")] {
        let (parent, filter, order_by) = ("organizations/-".into(), filter.into(), order_by.into());
        let request = v1::ListCommitteeTermsRequest { parent, filter, order_by, ..Default::default() };
        // The committees of a region are found by it, and their terms are then put in order.
        let in_order = request.filter.is_empty();
        committees.list_committee_terms(request).await.expect("terms");
        let found = plans(&stage, "ListCommitteeTerms", "\"committee_terms\"").await;
        assert!(!in_order || found.iter().all(|(_, plan)| sorts(plan).is_empty()), "{found:?}");
    }

    let mut regions = RegionServiceClient::new(line.clone());
    let request = v1::LookupRegionsRequest { query: "南关".into(), ..Default::default() };
    regions.lookup_regions(request).await.expect("regions");
    walks_an_index(&stage, "LookupRegions", "\"regions\"").await;
    let request = v1::ListRegionsRequest { parent: "regions/411002000000".into(), ..Default::default() };
    regions.list_regions(request).await.expect("regions");
    walks_an_index(&stage, "ListRegions", "\"regions\"").await;

    let request = v1::GetCoverageRequest { region: "regions/411002000000".into(), ..Default::default() };
    StaffingServiceClient::new(line.clone()).get_coverage(request).await.expect("coverage");
    walks_an_index(&stage, "GetCoverage", "postings").await;

    let mut procedure = ProcedureServiceClient::new(line.clone());
    let request = v1::ListClocksRequest { parent: case.name.clone(), ..Default::default() };
    procedure.list_clocks(request).await.expect("clocks");
    walks_an_index(&stage, "ListClocks", "\"case_clocks\"").await;
    let request = v1::ListOpinionsRequest { parent: case.name.clone(), ..Default::default() };
    procedure.list_opinions(request).await.expect("opinions");
    walks_an_index(&stage, "ListOpinions", "\"case_opinions\"").await;
    let request = v1::ListNoticesRequest { parent: case.name.clone(), ..Default::default() };
    procedure.list_notices(request).await.expect("notices");
    walks_an_index(&stage, "ListNotices", "\"case_notices\"").await;
    let notice = crate::cases::notice_of(&line, &case.name).await;
    let request = v1::ListRecipientsRequest { parent: notice, ..Default::default() };
    procedure.list_recipients(request).await.expect("recipients");
    walks_an_index(&stage, "ListRecipients", "\"case_parties\"").await;
    let request = v1::ListReviewsRequest { parent: case.name.clone(), ..Default::default() };
    procedure.list_reviews(request).await.expect("reviews");
    walks_an_index(&stage, "ListReviews", "\"case_reviews\"").await;
    let request = v1::ListPromisesRequest { parent: case.name.clone(), ..Default::default() };
    procedure.list_promises(request).await.expect("promises");
    walks_an_index(&stage, "ListPromises", "\"case_promises\"").await;
    let request = v1::ListHearingsRequest { parent: case.name.clone(), ..Default::default() };
    procedure.list_hearings(request).await.expect("hearings");
    walks_an_index(&stage, "ListHearings", "\"case_hearings\"").await;

    let mut cases = v1::case_service_client::CaseServiceClient::new(line.clone());
    let request = v1::ListDocumentsRequest { parent: case.name.clone(), ..Default::default() };
    cases.list_documents(request).await.expect("documents");
    walks_an_index(&stage, "ListDocuments", "\"case_documents\"").await;
    let request = v1::ListAdvancesRequest { parent: case.name.clone(), ..Default::default() };
    cases.list_advances(request).await.expect("advances");
    walks_an_index(&stage, "ListAdvances", "\"case_advances\"").await;

    let mut routing = v1::routing_service_client::RoutingServiceClient::new(line.clone());
    let request = v1::ListAppointmentsRequest { parent: case.name.clone(), ..Default::default() };
    routing.list_appointments(request).await.expect("appointments");
    walks_an_index(&stage, "ListAppointments", "\"case_appointments\"").await;
    let mut supervision = v1::supervision_service_client::SupervisionServiceClient::new(line.clone());
    let request = v1::ListSupervisionsRequest { parent: case.name.clone(), ..Default::default() };
    supervision.list_supervisions(request).await.expect("supervisions");
    walks_an_index(&stage, "ListSupervisions", "\"case_supervisions\"").await;
    let request = v1::ListUrgentReportsRequest { parent: case.name.clone(), ..Default::default() };
    supervision.list_urgent_reports(request).await.expect("reports");
    walks_an_index(&stage, "ListUrgentReports", "\"case_urgent_reports\"").await;

    let mut cases = CaseServiceClient::new(line);
    let request = v1::ListPartiesRequest { parent: case.name.clone(), ..Default::default() };
    cases.list_parties(request).await.expect("parties");
    walks_an_index(&stage, "ListParties", "\"case_parties\"").await;
    let request = v1::ListCaseHistoryRequest { parent: case.name, ..Default::default() };
    cases.list_case_history(request).await.expect("history");
    walks_an_index(&stage, "ListCaseHistory", "\"records\"").await;
}

/// Walls cost a look by key for each row that is met, and never a walk of them all.
#[tokio::test]
async fn lists_of_those_who_are_walled_off() {
    let stage = Stage::with_regions().await;
    let office = organizations::entered(&stage).await.name;
    let line = stage.client_of(&office, &[Role::Administrator], &["regions/411000000000"]).await;
    crate::cases::registered(&line, "regions/411002001001", "供暖").await;
    let mut cases = CaseServiceClient::new(line.clone());
    let mut mediations = v1::mediation_service_client::MediationServiceClient::new(line.clone());
    listen();
    cases.list_cases(v1::ListCasesRequest::default()).await.expect("cases");
    walks_an_index(&stage, "ListCases behind walls", "\"cases\"").await;
    mediations.list_mediations(v1::ListMediationsRequest::default()).await.expect("mediations");
    walks_an_index(&stage, "ListMediations behind walls", "\"mediations\"").await;
}

/// Clocks that are due or unchecked are found without a look at those that are not.
#[tokio::test]
async fn the_rounds_of_the_worker() {
    let stage = Stage::with_regions().await;
    let line = stage.admin().await;
    crate::cases::registered(&line, "regions/411002001001", "供暖").await;
    let worker = crate::worker::worker(&stage, 30);
    stage.time.advance(crate::harness::DAY * 100);
    listen();
    worker.turn().await.expect("turn");
    let found = plans(&stage, "the worker's turn", "FROM case_clocks").await;
    for (index, about) in [("case_clocks_alert", "alert_time <= "), ("case_clocks_checked", "checked_calendar <= ")] {
        let (told, plan) = found.iter().find(|(told, _)| told.contains(about)).expect("the round walks");
        assert!(plan.iter().any(|step| step.contains(index)) && sorts(plan).is_empty(), "{told}");
    }
    for (about, table) in
        [("cases of one that has ended", "FROM case_line l"), ("organizations that have ended", "FROM organizations o")]
    {
        let (old, heir) = (organizations::entered(&stage).await, organizations::entered(&stage).await);
        crate::cases::succession::ends(&stage.admin().await, &old, 4, &[&heir]).await;
        listen();
        worker.turn().await.expect("turn");
        walks_an_index(&stage, about, table).await;
    }
}

#[test]
fn a_plan_with_a_fault_is_known_as_one() {
    let faulty = ["SCAN cases", "USE TEMP B-TREE FOR ORDER BY", "  ->  Seq Scan on cases", "Sort"].map(str::to_owned);
    assert_eq!((scans(&faulty).len(), sorts(&faulty).len()), (2, 2));
    let sound = ["SEARCH cases USING INDEX cases_county (county=?)", "SCAN cases USING INDEX cases_time"];
    let sound = sound.map(str::to_owned);
    assert!(scans(&sound).is_empty() && sorts(&sound).is_empty());
}
