//! `lianbang import`: no doubles, nobody lost, on from where it stopped.

use std::time::Duration;

use super::{Office, shipped};
use crate::harness::Narrow;

const REGIONS: &str = "code,name,level,parent_code\n4110,许昌市,city,41\n411002,魏都区,county,4110\n\
                       411002001,西大街街道,township,411002\n411002001001,金地社区居委会,village,411002001\n";
const DAY: [&str; 2] = ["--effective-date", "2023-06-30"];

#[tokio::test]
async fn every_kind_is_imported_and_sent_again_changes_nothing() {
    let office = Office::new().await;
    let running = office.serve();
    let regions = office.file("regions.csv", REGIONS);
    let organizations = office.file(
        "organizations.csv",
        "\u{feff}sourceId,organization.displayName,organization.kind,organization.region,parentSourceId\n\
         1,魏都区信访局,petition_office,regions/411002000000,\n2,西大街街道办事处,TOWNSHIP_GOVERNMENT,regions/411002001000,1\n",
    );
    let cadres = office.file(
        "cadres.jsonl",
        "{\"sourceId\": \"c1\", \"cadre\": {\"displayName\": \"李干部\", \"rank\": \"SECTION\"}, \"organizationSourceId\": \"2\"}\n\n",
    );
    let postings = office.file(
        "postings.csv",
        "sourceId,cadreSourceId,posting.region,posting.role,posting.validFrom\n\
         p1,c1,regions/411002001001,VILLAGE_HELPER,2024-03-04\n",
    );
    let cases = office.file(
        "cases.jsonl",
        "{\"sourceId\": \"h1\", \"region\": \"regions/411002001001\", \"title\": \"路灯\", \"receiveTime\": \"2026-03-02T09:00:00+08:00\"}\n\
         {\"sourceId\": \"h2\", \"region\": \"regions/411002001001\", \"title\": \"旧事\", \"receiveTime\": \"2019-03-02T09:00:00+08:00\", \
         \"reply\": \"已办\", \"replyTime\": \"2019-03-09T09:00:00+08:00\"}\n",
    );
    let files = [
        (vec!["regions", regions.as_str(), DAY[0], DAY[1]], 6),
        (vec!["organizations", organizations.as_str(), "--source", "hr"], 2),
        (vec!["cadres", cadres.as_str(), "--source", "hr"], 1),
        (vec!["postings", postings.as_str(), "--source", "hr"], 1),
        (vec!["cases", cases.as_str(), "--source", "hotline"], 2),
    ];
    for (arguments, rows) in &files {
        let trial = [arguments.as_slice(), &["--dry-run"]].concat();
        let expected = format!("{rows} created, 0 updated, 0 unchanged, 0 failed");
        assert_eq!(
            office.import(&running.address, &trial).0,
            format!("dry run, nothing written: {expected}"),
            "{arguments:?}"
        );
        let before = office.database.number("SELECT COUNT(*) FROM records").await;
        office.import(&running.address, &trial);
        assert_eq!(office.database.number("SELECT COUNT(*) FROM records").await, before, "{arguments:?} tried");
        assert_eq!(office.import(&running.address, arguments).0, expected, "{arguments:?}");
        let known = format!("0 created, 0 updated, {rows} unchanged, 0 failed");
        let content = office.database.content().await;
        assert_eq!(office.import(&running.address, arguments).0, known, "{arguments:?} again");
        assert!(office.database.content().await == content, "{arguments:?} again");
        assert!(!office.path(&format!("{}.progress", arguments[1])).exists());
    }
    let number = async |text: &str| office.database.number(text).await;
    assert_eq!(number("SELECT COUNT(*) FROM cases WHERE historic").await, 1);
    assert_eq!(number("SELECT COUNT(*) FROM case_clocks").await, 1);
    let reply = "SELECT issue_time FROM case_opinions";
    assert_eq!(number(reply).await, 1_552_093_200_000_000);
}

#[tokio::test]
async fn a_faulty_row_is_told_with_its_line_and_takes_nobody_with_it() {
    let office = Office::new().await;
    let running = office.serve();
    let regions = office.file("regions.csv", REGIONS);
    office.import(&running.address, &["regions", &regions, DAY[0], DAY[1]]);
    let cases = office.file(
        "cases.csv",
        "sourceId,region,title,receiveTime\n\
         1,regions/411002001001,一,2026-03-02T09:00:00+08:00\n\
         2,regions/999999999999,二,2026-03-02T09:00:00+08:00\n\
         3,regions/411002001001,三,yesterday\n\
         4,regions/411002001001,四\n\
         5,regions/411002001001,五,2026-03-02T09:00:00+08:00\n",
    );
    let (said, refused) = office.import(&running.address, &["cases", &cases, "--results", "results.jsonl"]);
    assert_eq!(said, "2 created, 0 updated, 0 unchanged, 3 failed");
    let lines: Vec<&str> = refused.lines().collect();
    assert!(lines[0].starts_with("line 3 (2): INVALID_REQUEST: ") && lines[0].contains("region"), "{refused}");
    assert!(lines[1].starts_with("line 4: UNREADABLE: "), "{refused}");
    assert!(lines[2].starts_with("line 5: UNREADABLE: "), "{refused}");
    let results = std::fs::read_to_string(office.path("results.jsonl")).expect("results");
    let outcomes: Vec<serde_json::Value> =
        results.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let told: Vec<(u64, &str)> = outcomes
        .iter()
        .map(|row| (row["line"].as_u64().expect("line"), row["outcome"].as_str().expect("outcome")))
        .collect();
    assert_eq!(told, [(2, "CREATED"), (3, "FAILED"), (4, "FAILED"), (5, "FAILED"), (6, "CREATED")]);
    let misspelt = office.file("misspelt.csv", "sourceId,regoin\n1,regions/411002001001\n");
    let (said, refused) = office.import(&running.address, &["cases", &misspelt]);
    assert!(said.ends_with("1 failed") && refused.contains("regoin"), "{said} {refused}");
    let output = office.run(&["import", "cases", "cases.txt", "--token-file", "admin.token"]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("only .csv and .jsonl"));
}

#[tokio::test]
async fn an_import_that_was_killed_goes_on_where_it_stopped() {
    let office = Office::new().await;
    let running = office.serve();
    let file = std::fs::read_to_string(shipped("regions/xuchang_regions.csv")).expect("regions");
    let regions = office.file("regions.csv", &file);
    let import = ["regions", &regions, DAY[0], DAY[1]];

    // Some hundreds of results of a few thousand come through, then none.
    let narrow = Narrow::before(&running.address, 32 * 1024);
    let server = format!("http://{}", narrow.address);
    let arguments = [&["import"], &import[..], &["--server", &server, "--token-file", "admin.token"]].concat();
    let mut killed = office.command(&arguments).spawn().expect("the import starts");
    while !office.path("regions.csv.progress").exists() {
        assert!(killed.try_wait().expect("status").is_none(), "the import was over before it could be killed");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    killed.kill().expect("killed");
    killed.wait().expect("ended");
    narrow.open();

    let (said, refused) = office.import(&narrow.address, &import);
    assert!(said.contains(" 0 failed; ") && said.ends_with(" before them were through already"), "{said} {refused}");
    let mut numbers = said.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse::<i64>().ok());
    // With the province and the country, which no file holds.
    let rows = i64::try_from(file.lines().count() - 1 + 2).expect("count");
    assert_eq!(numbers.by_ref().sum::<i64>(), rows, "{said}");
    assert_eq!(office.database.number("SELECT COUNT(*) FROM regions").await, rows);
    assert_eq!(office.database.number("SELECT COUNT(DISTINCT code) FROM regions").await, rows);
    assert!(!office.path("regions.csv.progress").exists());
}

/// A mediation committee, entered by an import.
fn committee(office: &Office, address: &str) -> String {
    let regions = office.file("regions.csv", REGIONS);
    let organizations = office.file(
        "organizations.csv",
        "sourceId,organization.displayName,organization.kind,organization.region\n\
         1,金地社区人民调解委员会,MEDIATION_COMMITTEE,regions/411002001001\n",
    );
    office.import(address, &["regions", &regions, DAY[0], DAY[1]]);
    let results = office.path("organizations.jsonl").display().to_string();
    office.import(address, &["organizations", &organizations, "--results", &results]);
    let told: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&results).expect("results")).expect("a result");
    told["name"].as_str().expect("the committee").to_owned()
}

/// How a file of dialogues is imported.
fn dialogues<'a>(file: &'a str, committee: &'a str, results: &'a str) -> [&'a str; 14] {
    [
        "mediations",
        file,
        "--mapping",
        "dialogue",
        "--committee",
        committee,
        "--region",
        "regions/411002001001",
        "--official-id",
        "zhang-001",
        "--official-name",
        "张主任",
        "--results",
        results,
    ]
}

/// The collection of real mediations. It is no part of the project: who has it beside the clone, as CI does, runs this.
#[tokio::test]
async fn the_real_mediations_are_imported_as_records_and_unsigned_drafts() {
    let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os("LIANBANG_SAMPLE_DATA").map_or_else(beside, Into::into);
    if !data.exists() {
        eprintln!("there is no collection at {}", data.display());
        return;
    }
    let file = data.join("mediation/mediation_cases.jsonl").display().to_string();
    let rows = std::fs::read_to_string(&file).expect("the collection").lines().count();
    assert_eq!(rows, 48);
    let office = Office::new().await;
    let running = office.serve();
    let committee = committee(&office, &running.address);
    let results = office.path("results.jsonl").display().to_string();
    let arguments = dialogues(&file, &committee, &results);
    assert_eq!(office.import(&running.address, &arguments).0, "48 created, 0 updated, 0 unchanged, 0 failed");
    let lines = std::fs::read_to_string(&results).expect("results");
    for line in lines.lines() {
        let told: serde_json::Value = serde_json::from_str(line).expect("a result");
        let missing = told["missingFields"].as_array().cloned().unwrap_or_default();
        for path in ["open_time", "source", "participants.consent", "participants.mediator", "agreements.signatures"] {
            assert!(missing.contains(&path.into()), "{path}: {line}");
        }
    }
    let number = async |text: &str| office.database.number(text).await;
    assert_eq!(number("SELECT COUNT(*) FROM mediations WHERE undated AND state = 1 AND source = 6").await, 48);
    assert_eq!(number("SELECT COUNT(*) FROM mediation_records WHERE event_time IS NULL AND session IS NULL").await, 48);
    assert_eq!(number("SELECT COUNT(*) FROM agreements WHERE state = 1 AND seal_time IS NULL").await, 48);
    assert_eq!(number("SELECT COUNT(*) FROM agreement_signatures").await, 0);
    assert_eq!(number("SELECT COUNT(*) FROM mediation_participants WHERE consent IS NULL OR consent <> 1").await, 0);
    let content = office.database.content().await;
    assert_eq!(office.import(&running.address, &arguments).0, "0 created, 0 updated, 48 unchanged, 0 failed");
    assert!(office.database.content().await == content, "sent again");
}

#[tokio::test]
async fn mediations_told_turn_by_turn_are_imported_and_nothing_is_made_up() {
    let office = Office::new().await;
    let running = office.serve();
    let committee = committee(&office, &running.address);
    let turn = |speaker: &str, strategy: &str, text: &str| serde_json::json!({"speaker": speaker, "strategy": strategy, "text": text});
    let agreed = serde_json::json!({
        "id": "d-1", "type": "社区邻里纠纷", "description": "楼上漏水。", "parties": ["甲", "乙"],
        "dialog": [
            turn("mediator", "了解基本情况", "请说说经过。"),
            turn("甲", "", "漏了三年。"),
            turn("mediator", "达成调解协议", "达成以下协议：乙赔偿甲3000元。"),
            turn("乙", "", "同意。"),
        ],
    });
    let open = serde_json::json!({
        "id": "d-2", "type": "治安刑事纠纷", "description": "打架。", "parties": ["丙"],
        "dialog": [turn("丙", "", "他先动手。")],
    });
    let announced = serde_json::json!({
        "id": "d-4", "type": "", "description": "欠款。", "parties": [],
        "dialog": [turn("mediator", "达成调解协议", "我们达成以下协议：")],
    });
    let file = office.file("dialogues.jsonl", &format!("{agreed}\n{open}\n{{\"id\": \"d-3\"}}\n{announced}\n"));
    let results = office.path("results.jsonl").display().to_string();
    let arguments = dialogues(&file, &committee, &results);
    let (summary, _) = office.import(&running.address, &arguments);
    assert_eq!(summary, "3 created, 0 updated, 0 unchanged, 1 failed");
    let lines = std::fs::read_to_string(&results).expect("results");
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a result")).collect();
    let missing = |line: &serde_json::Value| line["missingFields"].as_array().cloned().unwrap_or_default();
    for path in ["open_time", "source", "participants.consent", "participants.mediator", "agreements.signatures"] {
        assert!(missing(&lines[0]).contains(&path.into()), "{path}: {}", lines[0]);
    }
    assert!(
        !missing(&lines[0]).contains(&"dispute_type".into()) && missing(&lines[1]).contains(&"dispute_type".into())
    );
    assert!(missing(&lines[1]).contains(&"agreements".into()), "nobody spoke of terms");
    assert!(
        missing(&lines[3]).contains(&"agreements.text".into())
            && !missing(&lines[0]).contains(&"agreements.text".into())
    );
    let number = async |text: &str| office.database.number(text).await;
    assert_eq!(number("SELECT COUNT(*) FROM mediations WHERE undated AND state = 1 AND source = 6").await, 3);
    assert_eq!(number("SELECT COUNT(*) FROM mediation_records WHERE event_time IS NULL AND session IS NULL").await, 3);
    assert_eq!(number("SELECT COUNT(*) FROM agreements WHERE state = 1 AND seal_time IS NULL").await, 2);
    assert_eq!(number("SELECT COUNT(*) FROM agreement_signatures").await, 0);
    assert_eq!(number("SELECT COUNT(*) FROM mediation_participants WHERE consent = 1").await, 3);
    let content = office.database.content().await;
    assert_eq!(office.import(&running.address, &arguments).0, "0 created, 0 updated, 3 unchanged, 1 failed");
    assert!(office.database.content().await == content, "sent again");
}
