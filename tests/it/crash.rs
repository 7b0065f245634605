//! What was acknowledged stays, what was not can be repeated: the program is killed under load and started again.

use std::time::Duration;

use lianbang::pb::v1::{self, admin_service_client::AdminServiceClient};
use tonic::{Request, Status, metadata::MetadataValue, transport::Endpoint};

use crate::{
    harness::{Serving, database::Database, program, request_id, told},
    mutations::fresh,
};

/// Times that the program is killed.
const KILLS: u64 = 4;
/// Callers at once.
const CALLERS: usize = 8;

/// A caller of the running program.
fn caller(running: &Serving, secret: &str) -> Caller {
    let channel = Endpoint::from_shared(format!("http://{}", running.address)).expect("address").connect_lazy();
    Caller { client: AdminServiceClient::new(channel), secret: format!("Bearer {secret}").parse().expect("ascii") }
}

#[derive(Clone)]
struct Caller {
    client: AdminServiceClient<tonic::transport::Channel>,
    secret: MetadataValue<tonic::metadata::Ascii>,
}

impl Caller {
    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.secret.clone());
        request
    }

    async fn create(&mut self, request: v1::CreateClientRequest) -> Result<v1::Client, Status> {
        let request = self.request(request);
        self.client.create_client(request).await.map(tonic::Response::into_inner)
    }

    async fn get(&mut self, id: &str) -> Result<v1::Client, Status> {
        let request = self.request(v1::GetClientRequest { name: format!("clients/{id}") });
        self.client.get_client(request).await.map(tonic::Response::into_inner)
    }

    /// Enters clients until the program is gone. The last one is the one without an answer.
    async fn enter_until_killed(mut self) -> (Vec<v1::Client>, v1::CreateClientRequest) {
        let mut acknowledged = Vec::new();
        loop {
            let request = v1::CreateClientRequest {
                client: Some(v1::Client { display_name: "热线".into(), ..Default::default() }),
                client_id: fresh("client"),
                request_id: request_id(),
                ..Default::default()
            };
            match self.create(request.clone()).await {
                Ok(client) => acknowledged.push(client),
                Err(_) => return (acknowledged, request),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_program_keeps_what_it_acknowledged() {
    let database = Database::empty().await;
    let folder = tempfile::TempDir::new().expect("folder");
    let (url, keys) = (database.url(), folder.path().join("keys").display().to_string());
    told(&url, &["keys", &keys], &keys);
    told(&url, &["migrate"], &keys);
    let secret = told(&url, &["token"], &keys);
    let before = database.number("SELECT COUNT(*) FROM clients").await;
    let mut entered = Vec::new();
    for round in 0..KILLS {
        let running = Serving::start(&url, &keys);
        let admin = caller(&running, &secret);
        let callers: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(admin.clone().enter_until_killed())).collect();
        tokio::time::sleep(Duration::from_millis(250 + 130 * round)).await;
        running.kill();

        let running = Serving::start(&url, &keys);
        let mut admin = caller(&running, &secret);
        let mut acknowledged = 0;
        for caller in callers {
            let (clients, unanswered) = caller.await.expect("caller");
            acknowledged += clients.len();
            for client in clients {
                let id = client.name.trim_start_matches("clients/").to_owned();
                let found = admin.get(&id).await.expect("what was acknowledged is there");
                assert_eq!(found, client);
                entered.push(id);
            }
            let first = admin.create(unanswered.clone()).await.expect("a repetition is answered");
            let again = admin.create(unanswered.clone()).await.expect("and again");
            assert_eq!(first, again);
            entered.push(unanswered.client_id);
        }
        assert!(acknowledged > 0, "nothing was written before the kill");
        running.kill();
    }
    let expected = i64::try_from(entered.len()).expect("count");
    assert_eq!(database.number("SELECT COUNT(*) FROM clients").await - before, expected);
    // Each has exactly one record: one event, one line in the audit.
    let once = "SELECT COUNT(*) FROM (SELECT resource FROM records WHERE kind = 'client.created'
                AND resource LIKE 'clients/client-%' GROUP BY resource HAVING COUNT(*) = 1) AS single";
    assert_eq!(database.number(once).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serving_refuses_what_is_unsafe_or_unknown() {
    let database = Database::empty().await;
    let url = database.url();
    for (name, value, expected) in [
        ("LIANBANG_SERVER__COLOUR", "red", "colour"),
        ("LIANBANG_SERVER__LISTEN", "0.0.0.0:0", "unsafe_plaintext"),
        ("LIANBANG_SERVER__METRICS_LISTEN", "0.0.0.0:9464", "loopback"),
        ("LIANBANG_LIMITS__CALLS", "many", "calls"),
    ] {
        let output = program(&url).arg("serve").env(name, value).output().expect("the program runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.to_lowercase().contains(expected), "{name}: {told}");
    }
    let output = program(&url).arg("serve").output().expect("the program runs");
    assert!(String::from_utf8_lossy(&output.stderr).contains("key_file"));
}
