//! A family's dispute over years, from the petition office to the doorstep: a mother of almost ninety who hears badly, three mediations that
//! failed, seven bodies and people who take part, a private talk with each side, an agreement, and the visits after it.

use lianbang::pb::{
    google::r#type::Date,
    v1::{
        self,
        attendance::Status::Present,
        dossier_paper,
        mediation::{Source, State},
        mediation_record::Kind as Record,
        participant::{Consent, Kind},
        session::Openness,
    },
};
use tonic::Status;

use super::scene::*;
use crate::harness::{assert_reason, official};

const DAY: i64 = 24 * HOUR;

/// The mother, her two children, and those who help.
struct Family {
    mediation: v1::Mediation,
    mother: v1::Participant,
    son: v1::Participant,
    daughter: v1::Participant,
    mediator: v1::Participant,
    bodies: Vec<v1::Participant>,
}

/// The bodies besides the people's mediator: the petition office, the petition agent, the town's elderly-affairs office, the judicial office,
/// the residents' committee and the police.
const BODIES: [&str; 6] = ["镇信访办", "信访代理员", "镇老龄办", "司法所", "居民委员会", "派出所"];

impl Scene {
    async fn family(&mut self, case: &str, now: i64) -> Family {
        let mut request = opening();
        let mediation = request.mediation.as_mut().expect("mediation");
        (mediation.source, mediation.cases) = (Source::Petition.into(), vec![case.to_owned()]);
        mediation.matter = "老人由谁照料，老屋由谁居住。".into();
        let mediation = self.mediations.open_mediation(request).await.expect("opened").into_inner();
        let aged = v1::Participant {
            special_needs: vec![v1::party::Need::Hearing.into(), v1::party::Need::Mobility.into()],
            needs: "九十岁，重听，需大声慢讲，上门调解。".into(),
            ..party("沈阿婆", Kind::NecessaryParty)
        };
        let mother = self.invite(&mediation, aged).await;
        let son = self.invite(&mediation, party("沈大", Kind::NecessaryParty)).await;
        let daughter = self.invite(&mediation, party("沈二", Kind::NecessaryParty)).await;
        let mediator = self.invite(&mediation, mediator("cadres/gu")).await;
        // The three of them agree to each.
        let mut bodies = Vec::new();
        for name in BODIES {
            let body = v1::Participant { invitation_consent_time: at(now), ..body(name) };
            bodies.push(self.invite(&mediation, body).await);
        }
        assert!(bodies.iter().all(|body| body.agreed_by.len() == 3));
        Family { mediation, mother, son, daughter, mediator, bodies }
    }

    /// Meets now, for an hour.
    async fn meet(&mut self, of: &Family, at_hour: i64, openness: Openness, with: &[&v1::Participant]) -> v1::Session {
        let asked: Vec<&v1::Participant> = with.iter().copied().chain([&of.mediator]).collect();
        let mut request = scheduling(&of.mediation, at_hour..at_hour + 1, &asked);
        let session = request.session.as_mut().expect("session");
        (session.openness, session.place) = (openness.into(), "沈阿婆家".into());
        let session = self.schedule(request).await;
        let came: Vec<(&v1::Participant, v1::attendance::Status)> =
            asked.into_iter().map(|one| (one, Present)).collect();
        self.mediations.record_attendance(attending(&session, &came)).await.expect("attendance");
        self.mediations.start_session(starting(&session)).await.expect("started").into_inner()
    }

    async fn close(&mut self, session: &v1::Session, outcome: v1::session::Outcome, minutes: &str) -> v1::Session {
        let request = v1::EndSessionRequest { outcome: outcome.into(), minutes: minutes.into(), ..ending(session) };
        self.mediations.end_session(request).await.expect("ended").into_inner()
    }

    async fn keep(
        &mut self,
        of: &Family,
        record: v1::MediationRecord,
        by: Option<v1::Official>,
    ) -> Result<v1::MediationRecord, Status> {
        let request = adding_record(&of.mediation, record, by);
        self.mediations.add_mediation_record(request).await.map(tonic::Response::into_inner)
    }

    async fn archive(&mut self, of: &Family, recipient: &str, by: Option<v1::Official>) -> (v1::Dossier, Vec<u8>) {
        use v1::export_dossier_response::Message;
        let request = v1::ExportDossierRequest {
            name: format!("{}/dossier", of.mediation.name),
            recipient: recipient.into(),
            purpose: "归档".into(),
            on_behalf_of: by,
        };
        let mut stream = self.mediations.export_dossier(request).await.expect("an archive").into_inner();
        let (mut dossier, mut bytes) = (v1::Dossier::default(), Vec::new());
        while let Some(message) = stream.message().await.expect("a piece") {
            match message.message.expect("something") {
                Message::Dossier(first) => dossier = first,
                Message::Chunk(piece) => bytes.extend(piece),
            }
        }
        (dossier, bytes)
    }
}

/// The files of an archive by their paths; fails where a hash is not that of the file.
fn files(archive: &[u8]) -> std::collections::BTreeMap<String, String> {
    use std::io::Read as _;
    let mut files = std::collections::BTreeMap::new();
    for entry in tar::Archive::new(archive).entries().expect("an archive") {
        let mut entry = entry.expect("a file");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("a text");
        files.insert(path, text);
    }
    let sums = files.remove("SHA256SUMS").expect("the hashes");
    assert_eq!(sums.lines().count(), files.len());
    for line in sums.lines() {
        let (sum, path) = line.split_once("  ").expect("a hash and a path");
        assert_eq!(sum, sha256(files[path].as_bytes()), "{path}");
    }
    files
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_family_is_reconciled_at_the_doorstep() {
    let mut scene = Scene::new().await;
    let case = crate::cases::registered(&scene.line, VILLAGE, "老人照料").await;
    // Three mediations failed in as many years; each left the other ways open.
    for years_ago in [3, 2, 1] {
        scene.pass_to(-years_ago * 300 * DAY);
        let family = scene.family(&case.name, -years_ago * 300 * DAY).await;
        let mut all = vec![&family.mother, &family.son, &family.daughter];
        all.extend(&family.bodies);
        let session = scene.meet(&family, -years_ago * 300 * 24, Openness::Closed, &all).await;
        scene.close(&session, v1::session::Outcome::Failed, "各执一词，未能谈拢。").await;
        let mediation = scene.get(&family.mediation.name).await;
        let failed = scene.mediations.fail_mediation(failing(&mediation)).await.expect("failed").into_inner();
        assert!(failed.state() == State::Failed && failed.routes_notice.is_some());
        scene
            .mediations
            .get_mediation(v1::GetMediationRequest { name: failed.name, ..Default::default() })
            .await
            .expect("kept");
    }
    scene.pass_to(0);
    let family = scene.family(&case.name, 0).await;
    for party in [&family.mother, &family.son, &family.daughter] {
        scene.consent(party, Consent::Given).await.expect("consent");
        for kind in [Record::RightsNotice, Record::IdentityProof] {
            let paper = v1::MediationRecord {
                kind: kind.into(),
                participant: party.name.clone(),
                text: "已办。".into(),
                ..Default::default()
            };
            scene.keep(&family, paper, official()).await.expect("a paper");
        }
    }
    let application =
        v1::MediationRecord { kind: Record::Application.into(), text: "请求调解。".into(), ..Default::default() };
    scene.keep(&family, application, official()).await.expect("the application");
    let needs = v1::ListParticipantsRequest {
        parent: family.mediation.name.clone(),
        view: v1::View::Full.into(),
        purpose: "准备上门".into(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let participants = scene.mediations.list_participants(needs).await.expect("participants").into_inner().participants;
    assert_eq!(
        participants[0].special_needs().collect::<Vec<_>>(),
        [v1::party::Need::Hearing, v1::party::Need::Mobility]
    );
    assert_eq!(participants.iter().filter(|one| one.kind() == Kind::InvitedBody).count(), 6, "with the mediator seven");

    // A talk with each side alone: what is told there, the other side never sees.
    let gu = official_of(&family.mediator);
    let mut told = Vec::new();
    let sides = [
        (0, &family.son, "我怕房子给了妹妹。"),
        (1, &family.daughter, "我只要一句道歉。"),
        (2, &family.mother, "我谁也不想得罪。"),
    ];
    for (hour, side, words) in sides {
        scene.pass_to(hour * HOUR);
        let session = scene.meet(&family, hour, Openness::Private, &[side]).await;
        let record = for_ears_of(statement(&session, side, words), &[&family.mediator]);
        told.push(scene.keep(&family, record, gu.clone()).await.expect("told"));
        let ended = scene.close(&session, v1::session::Outcome::Adjourned, "").await;
        assert_eq!(ended.minutes, "");
    }
    let get =
        v1::GetMediationRecordRequest { name: told[0].name.clone(), on_behalf_of: official(), ..Default::default() };
    assert_reason(scene.mediations.get_mediation_record(get).await, "NOT_FOUND");

    // All at the doorstep.
    scene.pass_to(3 * HOUR);
    let all = [&family.mother, &family.son, &family.daughter];
    let everybody: Vec<&v1::Participant> = all.into_iter().chain(&family.bodies).collect();
    let session = scene.meet(&family, 3, Openness::Closed, &everybody).await;
    assert_eq!(session.attendances.len(), 10, "with the mediator");
    let fact = v1::MediationRecord {
        kind: Record::UndisputedFact.into(),
        session: session.name.clone(),
        text: "老屋登记在母亲名下。".into(),
        acknowledged_by: all.iter().map(|one| one.name.clone()).collect(),
        ..Default::default()
    };
    scene.keep(&family, fact, official()).await.expect("a fact");
    scene.close(&session, v1::session::Outcome::Agreed, "兄妹轮流照料，老屋归母亲居住。").await;
    let draft = scene.draft(&family.mediation).await;
    for signatory in [&family.mother, &family.son, &family.daughter, &family.mediator] {
        scene.sign(&draft, signatory).await.expect("signed");
    }
    let agreement = scene.seal(&draft).await.expect("sealed");
    assert_eq!(
        (agreement.state(), scene.get(&family.mediation.name).await.state()),
        (v1::agreement::State::Effective, State::Agreed)
    );
    let render =
        v1::RenderAgreementRequest { name: agreement.name.clone(), purpose: "打印".into(), on_behalf_of: official() };
    let printed = scene.agreements.render_agreement(render).await.expect("printed").into_inner();
    for part in [
        "人民调解协议书",
        "当事人：沈阿婆",
        "乙方于四月一日前修好。",
        "本协议一式4份",
        "已按指印",
        "本协议自2026年3月2日起生效。",
    ] {
        assert!(printed.text.contains(part), "{part} is not in\n{}", printed.text);
    }
    assert_eq!((printed.version, printed.sha256.as_str()), (1, sha256(printed.text.as_bytes()).as_str()));

    // The committee looks after it.
    let visit = scene.agreements.schedule_follow_up(visiting(&agreement, &family.mediator)).await.expect("planned");
    scene.pass_to(20 * DAY);
    let made = scene.agreements.record_follow_up(visited(&visit.into_inner())).await.expect("made").into_inner();
    assert_eq!(
        (made.finding(), made.due_date),
        (v1::follow_up::Finding::Performed, Some(Date { year: 2026, month: 3, day: 30 }))
    );

    // The file is whole; what was told in private is in nobody's archive but the one of who told it.
    let (dossier, archive) = scene.archive(&family, "", official()).await;
    assert!(dossier.complete, "{dossier:?}");
    let paper = |kind| dossier.papers.iter().find(|paper| paper.kind() == kind).expect("a paper");
    assert_eq!(paper(dossier_paper::Kind::RightsNotice).piece_count, 3);
    assert_eq!(paper(dossier_paper::Kind::FollowUp).piece_count, 1);
    let written = files(&archive);
    assert!(written.keys().any(|path| path.starts_with("08-")) && written.contains_key("13-封底.txt"), "{written:?}");
    let holds = |archive: &[u8], words: &str| files(archive).values().any(|text| text.contains(words));
    let (sons, daughters) = ("我怕房子给了妹妹。", "我只要一句道歉。");
    assert!(!holds(&archive, sons) && !holds(&archive, daughters), "an official who was told nothing takes it along");
    let (_, committee) = scene.archive(&family, "", gu.clone()).await;
    assert!(holds(&committee, sons) && holds(&committee, daughters));
    let (_, his) = scene.archive(&family, &family.son.name, gu.clone()).await;
    assert!(holds(&his, sons) && !holds(&his, daughters), "the other side's words are in the son's archive");
    assert_eq!(scene.events("mediation.failed").await, 3);
    // All four are found by the case.
    let request = v1::ListMediationsRequest { filter: format!("cases:\"{}\"", case.name), ..Default::default() };
    let of_case = scene.mediations.list_mediations(request).await.expect("list").into_inner().mediations;
    let states: Vec<State> = of_case.iter().map(v1::Mediation::state).collect();
    assert_eq!(states, [State::Agreed, State::Failed, State::Failed, State::Failed], "the newest first");
}
