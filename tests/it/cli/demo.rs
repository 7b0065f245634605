//! `lianbang demo`: what it makes up, that its three lines answer, and that a second run serves the same.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, ChildStdout, Command},
};

use lianbang::pb::{DESCRIPTOR_SET, v1};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use tempfile::TempDir;
use tonic::Request;

use crate::{
    harness::{line_to, program},
    mutations::send,
};

/// A demo that serves.
struct Demo {
    child: Child,
    lines: Vec<String>,
    _output: BufReader<ChildStdout>,
}

impl Demo {
    /// Starts it, and reads what it prints until its last line stands there.
    fn start(folder: &Path) -> Self {
        let mut command: Command = program("sqlite:unused");
        let folder = folder.display().to_string();
        let mut child = command.args(["demo", "--listen", "127.0.0.1:0", "--data-dir", &folder]).spawn().expect("demo");
        let mut output = BufReader::new(child.stdout.take().expect("output"));
        let mut lines = Vec::new();
        while lines.len() < 3 {
            let mut line = String::new();
            assert!(output.read_line(&mut line).expect("text") > 0, "the demo ended: {lines:?}");
            if line.starts_with("grpcurl ") {
                lines.push(line.trim().to_owned());
            }
        }
        Self { child, lines, _output: output }
    }

    /// What a printed line asks for: the body and the method; grpcurl reads them so.
    async fn ask<A: Message + Default>(&self, line: usize, token: &str) -> A {
        let line = &self.lines[line];
        let body = line.split("-d '").nth(1).and_then(|rest| rest.split('\'').next()).expect("a body");
        let mut words = line.rsplit(' ');
        let (method, address) = (words.next().expect("method"), words.next().expect("address"));
        let pool = DescriptorPool::decode(DESCRIPTOR_SET).expect("descriptors");
        let (service, name) = method.split_once('/').expect("a method");
        let service = pool.get_service_by_name(service).expect("a service");
        let input = service.methods().find(|method| method.name() == name).expect("a method").input();
        let mut json = serde_json::Deserializer::from_str(body);
        let message = DynamicMessage::deserialize(input, &mut json).expect("a request").encode_to_vec();
        self.call(address, &format!("/{method}"), message, token).await
    }

    async fn call<A: Message + Default>(&self, address: &str, path: &str, body: Vec<u8>, token: &str) -> A {
        let answer = send(&line_to(address, token), path, Request::new(body)).await.expect(path);
        A::decode(answer.as_slice()).expect("an answer")
    }

    fn address(&self) -> String {
        self.lines[0].rsplit(' ').nth(1).expect("address").to_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_lines_answer_and_a_second_run_serves_the_same() {
    let folder = TempDir::new().expect("folder");
    let demo = Demo::start(folder.path());
    let file = folder.path().join("admin.token");
    let mode = std::fs::metadata(&file).expect("token").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let token = std::fs::read_to_string(file).expect("token").trim().to_owned();

    let gaps: v1::GetCoverageResponse = demo.ask(0, &token).await;
    assert!(!gaps.region_coverages.is_empty());
    let late: v1::ListCasesResponse = demo.ask(1, &token).await;
    assert_eq!(late.cases.len(), 5);
    let explained: v1::ExplainClockResponse = demo.ask(2, &token).await;
    let clock = explained.clock.expect("clock");
    assert!(clock.overdue && clock.name.starts_with(&late.cases[0].name) && explained.sentences.len() > 3);

    let whole = v1::GetCoverageRequest { region: "regions/411000000000".into(), ..Default::default() };
    let path = "/lianbang.v1.StaffingService/GetCoverage";
    let address = demo.address();
    let whole: v1::GetCoverageResponse = demo.call(&address, path, whole.encode_to_vec(), &token).await;
    let sum = |of: fn(&v1::CoverageCount) -> i32| whole.counts.iter().map(of).sum::<i32>();
    assert_eq!((sum(|count| count.total_count), sum(|count| count.covered_count)), (2_610, 2_600));

    let states = database(folder.path(), "SELECT COUNT(DISTINCT state) FROM cases").await;
    assert_eq!(states, 7, "each state that the built acts lead to");
    assert!(database(folder.path(), "SELECT COUNT(*) FROM cases").await >= 300);
    assert!(database(folder.path(), "SELECT COUNT(*) FROM mediations").await >= 40);
    assert_eq!(database(folder.path(), "SELECT COUNT(DISTINCT state) FROM mediations").await, 4);
    drop(demo);

    let before = database(folder.path(), "SELECT COUNT(*) FROM records").await;
    let again = Demo::start(folder.path());
    let told: v1::ListCasesResponse = again.ask(1, &token).await;
    assert_eq!(told.cases, late.cases);
    drop(again);
    assert_eq!(database(folder.path(), "SELECT COUNT(*) FROM records").await, before);
}

async fn database(folder: &Path, text: &'static str) -> i64 {
    let url = format!("sqlite:{}", folder.join("register/lianbang.db").display());
    let pool = sqlx::SqlitePool::connect(&url).await.expect("the register");
    let number = sqlx::query_scalar(text).fetch_one(&pool).await.expect(text);
    pool.close().await;
    number
}
