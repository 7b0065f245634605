//! `client`, `token`, `protoset`, `doctor`, `migrate`: a register's first hour.

use lianbang::pb::v1::{WhoAmIRequest, admin_service_client::AdminServiceClient};
use prost_reflect::DescriptorPool;

use super::Office;
use crate::harness::{Serving, database::Database, line_to, program, reason};

/// The client that a token stands for, or why it is refused.
async fn who(running: &Serving, secret: &str) -> Result<String, String> {
    match AdminServiceClient::new(line_to(&running.address, secret)).who_am_i(WhoAmIRequest {}).await {
        Ok(answer) => {
            let answer = answer.into_inner();
            Ok(answer.client.unwrap_or_default().name)
        }
        Err(status) => Err(reason(&status)),
    }
}

#[tokio::test]
async fn a_system_is_let_in_and_shut_out_beside_a_running_server() {
    let office = Office::new().await;
    let running = office.serve();
    assert_eq!(who(&running, &office.secret).await, Ok("clients/admin".into()));
    office.told(&["client", "create", "city-portal", "--name", "城市门户", "--names-officials"]);
    office.told(&["client", "grant", "city-portal", "intake"]);
    let secret = office.told(&["token", "issue", "city-portal", "--days", "90"]);
    assert_eq!(who(&running, &secret).await, Ok("clients/city-portal".into()));
    assert!(office.told(&["client", "list"]).contains("city-portal"));
    let listed = office.told(&["token", "list", "city-portal"]);
    assert!(!listed.contains(&secret), "a secret is shown once");
    let name = listed.split_whitespace().find(|word| word.starts_with("clients/city-portal/tokens/")).expect("name");
    office.told(&["token", "revoke", name]);
    let again = Serving::start(&office.database.url(), &office.keys);
    assert_eq!(who(&again, &secret).await, Err("UNAUTHENTICATED".into()));

    for arguments in [
        &["client", "grant", "nobody", "intake"][..],
        &["client", "grant", "city-portal", "emperor"],
        &["token", "issue", "nobody"],
        &["client", "create", "X"],
    ] {
        assert!(!office.run(arguments).status.success(), "{arguments:?}");
    }
}

#[tokio::test]
async fn the_descriptor_set_holds_the_contract_with_its_comments() {
    let office = Office::new().await;
    let file = office.path("lianbang.protoset");
    office.told(&["protoset", &file.display().to_string()]);
    let pool = DescriptorPool::decode(std::fs::read(file).expect("file").as_slice()).expect("a descriptor set");
    let served = pool.services().filter(|service| service.full_name().starts_with("lianbang.v1.")).count();
    assert_eq!(served, 16);
}

#[tokio::test]
async fn a_check_says_what_is_missing() {
    let office = Office::new().await;
    let said = office.told(&["doctor"]);
    assert!(said.lines().all(|line| line.starts_with("ok ")), "{said}");
    let output = office.command(&["doctor"]).env("LIANBANG_SERVER__KEY_FILE", "nowhere").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("nowhere"), "{said}");
}

#[tokio::test]
async fn two_that_migrate_at_once_do_no_harm() {
    let database = Database::empty().await;
    let migrate = || program(&database.url()).arg("migrate").spawn().expect("it starts");
    let both = [migrate(), migrate()].map(|child| child.wait_with_output().expect("it ends"));
    let said = both.map(|output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    });
    let steps: Vec<u32> =
        said.iter().map(|said| said.split(' ').next().and_then(|word| word.parse().ok()).expect("steps")).collect();
    let applied = database.number("SELECT COUNT(*) FROM seaql_migrations").await;
    assert_eq!(i64::from(steps.iter().sum::<u32>()), applied, "each step once: {said:?}");
    let again = program(&database.url()).arg("migrate").output().expect("it runs");
    assert!(String::from_utf8_lossy(&again.stdout).starts_with("0 steps"));
}
