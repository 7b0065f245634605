//! What is asked of the program, and how long it takes.

use std::time::{Duration, Instant};

use lianbang::{
    auth::Role,
    pb::v1::{
        self, admin_service_client::AdminServiceClient, case_service_client::CaseServiceClient,
        duplicate_service_client::DuplicateServiceClient, grant::Scope,
    },
};
use tonic::{
    Request,
    metadata::MetadataValue,
    transport::{Channel, Endpoint},
};
use uuid::Uuid;

use crate::{Fault, messages::Messages};

/// Times a page is asked for.
const TIMES: usize = 60;
/// Words of each length.
const WORDS: usize = 200;
const AREAS: [(&str, &str); 6] = [
    ("country", "000000000000"),
    ("province", "410000000000"),
    ("city", "411000000000"),
    ("county", "411081000000"),
    ("township", "411081001000"),
    ("village", "411081001001"),
];

pub struct Asker {
    channel: Channel,
    token: String,
}

/// Half of some times are within this, and 99 of 100 within that.
pub fn median(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

pub fn millis((middle, slow): (Duration, Duration)) -> String {
    format!("{:.2} ms, 99 %: {:.2} ms", middle.as_secs_f64() * 1e3, slow.as_secs_f64() * 1e3)
}

impl Asker {
    pub fn new(address: &str, token: &str) -> Result<Self, Fault> {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
        Ok(Self { channel: endpoint.connect_lazy(), token: token.to_owned() })
    }

    fn with<T>(token: &str, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let bearer: MetadataValue<_> = format!("Bearer {token}").parse().expect("a token is ASCII");
        request.metadata_mut().insert("authorization", bearer);
        request
    }

    /// Registers a case by somebody who is met again.
    pub async fn register(&self, title: &str, text: &str, user: Option<&str>) -> Result<v1::Case, Fault> {
        let digits = |user: &str| user.chars().filter(char::is_ascii_digit).collect::<String>();
        let party = |user: &str| v1::Party {
            role: v1::party::Role::Petitioner.into(),
            phone: format!("1{:0>10}", digits(user)),
            ..Default::default()
        };
        let request = v1::RegisterCaseRequest {
            case: Some(v1::Case {
                title: title.chars().take(200).collect(),
                statement: text.into(),
                nature: v1::case::Nature::Claim.into(),
                channel: v1::case::Channel::Online.into(),
                region: "regions/411002000000".into(),
                ..Default::default()
            }),
            parties: user.map(party).into_iter().collect(),
            request_id: Uuid::new_v4().to_string(),
            on_behalf_of: Some(v1::Official {
                official_id: "zhang-001".into(),
                display_name: "张主任".into(),
                post: "接访科科长".into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut client = CaseServiceClient::new(self.channel.clone());
        Ok(client.register_case(Self::with(&self.token, request)).await?.into_inner())
    }

    pub async fn similar(&self, name: &str) -> Result<Vec<v1::SimilarCase>, Fault> {
        let request = v1::FindSimilarCasesRequest { name: name.into(), max_results: 10, ..Default::default() };
        let mut client = DuplicateServiceClient::new(self.channel.clone());
        Ok(client.find_similar_cases(Self::with(&self.token, request)).await?.into_inner().similar_cases)
    }

    /// A token that reads in each level of scope.
    pub async fn levels(&self) -> Result<Vec<(&'static str, String)>, Fault> {
        let mut admin = AdminServiceClient::new(self.channel.clone());
        let request_id = || Uuid::new_v4().to_string();
        let mut tokens = Vec::new();
        for (level, area) in AREAS {
            let client = v1::Client { display_name: level.into(), names_officials: true, ..Default::default() };
            let create = v1::CreateClientRequest {
                client: Some(client),
                client_id: format!("bench-{level}"),
                request_id: request_id(),
                ..Default::default()
            };
            let parent = admin.create_client(Self::with(&self.token, create)).await?.into_inner().name;
            let scope = Some(Scope::Region(format!("regions/{area}")));
            let grant = Some(v1::Grant { role: Role::Coordinator as i32, scope, ..Default::default() });
            let grant =
                v1::GrantRoleRequest { parent: parent.clone(), grant, request_id: request_id(), ..Default::default() };
            admin.grant_role(Self::with(&self.token, grant)).await?;
            let issue = v1::IssueTokenRequest { parent, request_id: request_id(), ..Default::default() };
            let issued = admin.issue_token(Self::with(&self.token, issue)).await?.into_inner();
            tokens.push((level, issued.secret));
        }
        Ok(tokens)
    }

    /// How long a page of a list takes in each level of scope and in each order.
    pub async fn pages(&self, levels: &[(&'static str, String)]) -> Result<Vec<(String, Duration)>, Fault> {
        let mut client = CaseServiceClient::new(self.channel.clone());
        let mut found = Vec::new();
        for (level, token) in levels {
            for order_by in ["register_time desc", "next_due_time"] {
                let mut times = Vec::new();
                let mut cases = 0;
                for _ in 0..TIMES {
                    let request =
                        v1::ListCasesRequest { page_size: 20, order_by: order_by.into(), ..Default::default() };
                    let begun = Instant::now();
                    cases = client.list_cases(Self::with(token, request)).await?.into_inner().cases.len();
                    times.push(begun.elapsed());
                }
                found
                    .push((format!("ListCases of the {level}, {order_by}, {cases} on the page"), median(&mut times).0));
            }
        }
        Ok(found)
    }

    /// How long a search takes, by the length of the word.
    pub async fn searches(&self, product: &str, messages: &Messages) -> Result<(), Fault> {
        let mut client = CaseServiceClient::new(self.channel.clone());
        for characters in 2..=6 {
            let (mut times, mut matches) = (Vec::new(), 0);
            for query in messages.words(characters, WORDS) {
                let request = v1::SearchCasesRequest { query, page_size: 20, ..Default::default() };
                let begun = Instant::now();
                let answer = client.search_cases(Self::with(&self.token, request)).await?.into_inner();
                times.push(begun.elapsed());
                matches += answer.matches.len();
            }
            println!(
                "| {product}: SearchCases, {WORDS} words of {characters} characters, {} on a page of 20 | {} |",
                matches / WORDS,
                millis(median(&mut times))
            );
        }
        Ok(())
    }
}
