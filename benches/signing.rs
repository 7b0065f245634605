//! Whether signing and reading an agreement cost more the more signatures there are: a mediation with a thousand households, who sign one after the
//! other.
//!
//! ```sh
//! cargo bench --bench signing
//! ```

#[path = "load/postgres.rs"]
#[expect(dead_code, reason = "the other measurement uses more of it")]
mod postgres;
#[path = "load/stage.rs"]
mod stage;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use lianbang::{
    call::{RandomIds, SetTimeSource},
    pb::v1::{
        self, agreement_service_client::AgreementServiceClient, mediation_service_client::MediationServiceClient,
        organization_service_client::OrganizationServiceClient, participant::Kind,
    },
    server::Sources,
};
use stage::{Fault, Line};
use uuid::Uuid;

/// Monday 2 March 2026, 09:00 in China.
const START: i64 = 1_772_413_200_000_000;
const HOUSEHOLDS: usize = 1_000;
/// So many at the beginning are compared with so many at the end.
const COMPARED: usize = 100;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let cluster = postgres::Cluster::start("")?;
    println!("| measured, median of {COMPARED} | first | last of {HOUSEHOLDS} | ratio |\n|---|---|---|---|");
    on("SQLite", &format!("sqlite:{}", folder.path().join("signing.db").display())).await?;
    on("PostgreSQL", &cluster.url(&cluster.create("signing")?)).await
}

fn official() -> Option<v1::Official> {
    Some(v1::Official {
        official_id: "wang".into(),
        display_name: "王调解".into(),
        post: "调解员".into(),
        ..Default::default()
    })
}

fn key() -> String {
    Uuid::new_v4().to_string()
}

async fn on(product: &str, url: &str) -> Result<(), Fault> {
    let sources = Sources { time: Arc::new(SetTimeSource::new(START)), ids: Arc::new(RandomIds::default()) };
    let (running, line, case) = stage::begun(url, &sources, |_| ()).await?;
    let (mut agreements, agreement, homes) = prepared(&line, &case).await?;
    let (mut signed, mut read) = (Vec::new(), Vec::new());
    for home in &homes {
        let request = v1::SignAgreementRequest {
            name: agreement.name.clone(),
            version: agreement.version,
            participant: home.name.clone(),
            means: v1::signature::Means::WetInk.into(),
            request_id: key(),
            on_behalf_of: official(),
            ..Default::default()
        };
        let started = Instant::now();
        agreements.sign_agreement(request).await?;
        signed.push(started.elapsed());
        let request = v1::GetAgreementRequest { name: agreement.name.clone(), ..Default::default() };
        let started = Instant::now();
        agreements.get_agreement(request).await?;
        read.push(started.elapsed());
    }
    for (what, times) in [("SignAgreement", signed), ("GetAgreement", read)] {
        let (first, last) = (median(&times[..COMPARED]), median(&times[times.len() - COMPARED..]));
        println!("| {product}: {what} | {first:.2} ms | {last:.2} ms | {:.2} |", last / first);
    }
    running.stop().await;
    Ok(())
}

fn median(times: &[Duration]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}

/// An agreement that waits for all of a thousand households.
async fn prepared(
    line: &Line,
    case: &v1::Case,
) -> Result<(AgreementServiceClient<Line>, v1::Agreement, Vec<v1::Participant>), Fault> {
    let committee = v1::Organization {
        display_name: "调委会".into(),
        kind: v1::organization::Kind::MediationCommittee.into(),
        region: case.region.clone(),
        ..Default::default()
    };
    let create = v1::CreateOrganizationRequest {
        organization: Some(committee),
        organization_id: "committee".into(),
        request_id: key(),
        ..Default::default()
    };
    let committee = OrganizationServiceClient::new(line.clone()).create_organization(create).await?.into_inner();
    let mut mediations = MediationServiceClient::new(line.clone());
    let open = v1::OpenMediationRequest {
        mediation: Some(v1::Mediation {
            source: v1::mediation::Source::Committee.into(),
            committee: committee.name,
            region: case.region.clone(),
            matter: "供暖".into(),
            ..Default::default()
        }),
        request_id: key(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let mediation = mediations.open_mediation(open).await?.into_inner();
    let home = |number: usize| v1::Participant {
        kind: Kind::AccedingParty.into(),
        party_kind: v1::party::Kind::Household.into(),
        display_name: "户主".into(),
        dwelling: format!("{number}号"),
        ..Default::default()
    };
    let party =
        |_| v1::Participant { kind: Kind::NecessaryParty.into(), display_name: "公司".into(), ..Default::default() };
    let mut homes = Vec::new();
    let batches =
        [(0..2).map(party).collect(), (0..500).map(home).collect(), (500..HOUSEHOLDS).map(home).collect::<Vec<_>>()];
    for participants in batches {
        let invite = v1::BatchInviteParticipantsRequest {
            parent: mediation.name.clone(),
            participants,
            request_id: key(),
            on_behalf_of: official(),
            ..Default::default()
        };
        let invited = mediations.batch_invite_participants(invite).await?.into_inner().participants;
        homes.extend(invited.into_iter().filter(|one| one.kind() == Kind::AccedingParty));
    }
    let mut agreements = AgreementServiceClient::new(line.clone());
    let draft = v1::DraftAgreementRequest {
        parent: mediation.name,
        agreement: Some(v1::Agreement {
            text: "分户签约。".into(), acceding_threshold: 1_000, ..Default::default()
        }),
        request_id: key(),
        on_behalf_of: official(),
        ..Default::default()
    };
    let agreement = agreements.draft_agreement(draft).await?.into_inner();
    Ok((agreements, agreement, homes))
}
