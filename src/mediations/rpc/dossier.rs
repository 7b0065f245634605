//! The file as a whole: its thirteen papers, the archive, and agreements as documents.

use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
    pin::Pin,
};

use futures::Stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{AgreementApi, Answer, MediationApi, read};
use crate::{
    call::{Call, Official},
    cases::MandateBasis,
    check::Faults,
    db::Db,
    door::{Entry, refusal, split},
    error::{Error, Result},
    mediations::{
        archive::Archive,
        dossier::{self, Holdings},
        model::{
            Agent, Agreement, Challenge, Confirmation, Contribution, Detail, Mediation, MediationRecord, Obligation,
            Participant, Performance, Session, Signature,
        },
        numbers::{
            AgreementState, Consent, Kind, Numbered, ObligationState, Openness, Paper, SessionState, Visibility,
        },
        ops, render, store, wire,
    },
    organizations,
    pb::v1::{self, export_dossier_response::Message},
};

/// Rows that are read at once.
const AT_ONCE: u64 = 500;
/// Bytes of one message.
const PIECE: usize = 64 * 1024;
/// Messages that wait for a slow reader.
const WAITING: usize = 8;

pub type Export = Pin<Box<dyn Stream<Item = std::result::Result<v1::ExportDossierResponse, Status>> + Send>>;

/// Reads a list to its end, page by page: what makes the key of a row, and how the page behind a key is read.
macro_rules! whole {
    ($key:expr, |$after:ident| $page:expr) => {{
        let mut all = Vec::new();
        loop {
            let $after = all.last().map($key);
            let next = $page.await?;
            let last = u64::try_from(next.len()).unwrap_or(u64::MAX) < AT_ONCE;
            all.extend(next);
            if last {
                break all;
            }
        }
    }};
}

/// A mediation with all of its file that one may read.
struct File {
    mediation: Mediation,
    committee: String,
    participants: Vec<Participant>,
    agents: Vec<Agent>,
    sessions: Vec<Session>,
    records: Vec<MediationRecord>,
    agreements: Vec<Agreement>,
}

impl File {
    /// Those who take part, and nothing else.
    async fn people(db: &Db, mediation: Mediation, detail: Detail) -> Result<Self> {
        let committee = organizations::find(db, &mediation.committee).await?;
        let committee = committee.map(|found| found.facts.display_name).unwrap_or_default();
        let participants = whole!(|one: &Participant| one.id, |after| store::participants::list(
            db, &mediation, None, after, AT_ONCE, detail
        ));
        let agents = match detail {
            Detail::Basic => Vec::new(),
            Detail::Full => store::agents::of_mediation(db, &mediation).await?,
        };
        let (sessions, records, agreements) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { mediation, committee, participants, agents, sessions, records, agreements })
    }

    /// Everything.
    async fn load(db: &Db, mediation: Mediation, official: Option<&Official>, detail: Detail) -> Result<Self> {
        let people = Self::people(db, mediation, detail).await?;
        let mediation = &people.mediation;
        let records = whole!(|one: &MediationRecord| one.id, |after| store::records::list(
            db,
            mediation,
            official,
            None,
            (after, AT_ONCE),
            detail
        ));
        let mut sessions = whole!(|one: &Session| (one.start_time, one.id), |after| store::sessions::list(
            db, mediation, after, AT_ONCE
        ));
        let mut agreements =
            whole!(|one: &Agreement| one.id, |after| store::agreements::list(db, mediation, after, AT_ONCE));
        if detail == Detail::Full {
            for session in &mut sessions {
                *session = store::sessions::find(db, mediation, session.id, detail).await?;
            }
            for agreement in &mut agreements {
                *agreement = store::agreements::find(db, mediation, agreement.id, detail).await?;
            }
        }
        Ok(Self { sessions, records, agreements, ..people })
    }

    fn binding(&self) -> impl Iterator<Item = &Agreement> {
        self.agreements.iter().filter(|agreement| agreement.state == AgreementState::Effective)
    }

    /// The organizations at which sessions are held, by their ids.
    async fn venues(&self, db: &Db) -> Result<HashMap<String, String>> {
        let mut venues = HashMap::new();
        for id in self.sessions.iter().filter_map(|session| session.venue.as_ref()) {
            if !venues.contains_key(id) {
                let found = organizations::find(db, id).await?;
                venues.insert(id.clone(), found.map(|found| found.facts.display_name).unwrap_or_default());
            }
        }
        Ok(venues)
    }

    /// Written mandates, those that were revoked as well.
    fn mandates(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter().filter(|agent| agent.basis == MandateBasis::WrittenMandate)
    }

    async fn holdings(&self, db: &Db) -> Result<Holdings> {
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let mut held = Holdings {
            necessary: self
                .participants
                .iter()
                .filter(|one| one.kind == Kind::NecessaryParty)
                .map(|one| one.id)
                .collect(),
            mandates: count(store::agents::mandates(db, &self.mediation).await?),
            minutes: count(self.sessions.iter().filter(|session| has_minutes(session)).count()),
            agreements: count(self.binding().count()),
            others: count(self.agreements.len() - self.binding().count())
                + count(store::challenges::count(db, &self.mediation).await?),
            ..Holdings::default()
        };
        for agreement in &self.agreements {
            held.performances += count(store::performances::count(db, agreement).await?);
            held.performances += count(store::contributions::count(db, agreement).await?);
        }
        for agreement in self.binding() {
            held.confirmations += count(store::confirmations::count(db, agreement).await?);
            let visits = store::follow_ups::list(db, agreement, None, AT_ONCE).await?;
            held.visits += count(visits.iter().filter(|visit| visit.record.is_some()).count());
        }
        for record in &self.records {
            *held.records.entry(record.kind).or_default() += 1;
            if let Some(participant) = record.participant {
                held.of_participants.entry(record.kind).or_default().insert(participant);
            }
        }
        Ok(held)
    }
}

impl MediationApi {
    pub(super) async fn dossier(&self, call: &Call, request: v1::GetDossierRequest) -> Result<v1::Dossier> {
        let mediation = self.filed(call, &request.name).await?;
        let db = &self.0.db;
        let file = File::load(db, mediation, call.official.as_ref(), Detail::Basic).await?;
        let papers = dossier::papers(file.mediation.state, &file.holdings(db).await?);
        Ok(wire::dossier(&file.mediation, papers))
    }

    /// The mediation of `mediations/{id}/dossier`.
    async fn filed(&self, call: &Call, name: &str) -> Result<Mediation> {
        let parent = name.strip_suffix("/dossier").ok_or_else(|| Error::not_found(name))?;
        let id = wire::mediation_id(parent).map_err(|_| Error::not_found(name))?;
        read::mediation(&self.0.db, call, id, name).await
    }

    pub(super) async fn export(&self, request: Request<v1::ExportDossierRequest>) -> Answer<Export> {
        let (entry, message) = split(request)?;
        self.exported(&entry, message).await.map(Response::new).map_err(|error| refusal(error, &entry))
    }

    async fn exported(&self, entry: &Entry, mut message: v1::ExportDossierRequest) -> Result<Export> {
        let faults = Faults::of(&message);
        let call = self.0.stream_call(entry, message.on_behalf_of.take(), false).await?;
        faults.into_result()?;
        let v1::ExportDossierRequest { name, recipient, purpose, on_behalf_of: _ } = message;
        let db = &self.0.db;
        let mediation = self.filed(&call, &name).await?;
        let recipient = wire::participant_in(mediation.id, &recipient)?;
        let recipient = match recipient {
            Some(id) => Some(store::participants::find(db, &mediation, id).await?),
            None => None,
        };
        // Which private records are opened is known when they are read; that is on record before anything leaves.
        ops::ensure_full(&call, &mediation)?;
        let whole = store::mediations::find(db, &call.permit, mediation.id, Detail::Full).await?;
        let whole = whole.ok_or_else(|| Error::not_found(&name))?;
        let mut file = File::load(db, whole, call.official.as_ref(), Detail::Full).await?;
        let told = |record: &MediationRecord| {
            let told = |one: &Participant| one.left.is_none() && record.audience.contains(&one.id);
            record.visibility == Visibility::Open || recipient.as_ref().is_none_or(told)
        };
        file.records.retain(told);
        let private = file.records.iter().filter(|record| record.visibility == Visibility::Private);
        let private = private.map(MediationRecord::name).collect();
        ops::disclose_file(db, &call, &mediation, vec![name], private, purpose).await?;
        Ok(stream(db.clone(), entry.clone(), call, file))
    }
}

/// The list of papers, then the archive, piece by piece as it is taken.
fn stream(db: Db, entry: Entry, call: Call, file: File) -> Export {
    let (pieces, stream) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let sent = Pieces { pieces: pieces.clone(), entry: entry.clone() };
        if let Err(error) = archive(&db, &call, &file, &sent).await {
            let _ = pieces.send(Err(refusal(error, &entry))).await;
        }
    });
    Box::pin(ReceiverStream::new(stream))
}

struct Pieces {
    pieces: mpsc::Sender<std::result::Result<v1::ExportDossierResponse, Status>>,
    entry: Entry,
}

impl Pieces {
    async fn send(&self, message: Message) -> Result<()> {
        if tokio::time::Instant::now() > self.entry.deadline {
            return Err(Error::DeadlineExceeded);
        }
        let message = v1::ExportDossierResponse { message: Some(message) };
        // Whoever went away needs no more.
        self.pieces.send(Ok(message)).await.map_err(|_| Error::Cancelled)
    }

    async fn send_bytes(&self, bytes: Vec<u8>) -> Result<()> {
        for piece in bytes.chunks(PIECE) {
            self.send(Message::Chunk(piece.to_vec())).await?;
        }
        Ok(())
    }
}

async fn archive(db: &Db, call: &Call, file: &File, sent: &Pieces) -> Result<()> {
    let held = file.holdings(db).await?;
    let papers = dossier::papers(file.mediation.state, &held);
    sent.send(Message::Dossier(wire::dossier(&file.mediation, papers.clone()))).await?;
    let names = render::Names::of(&file.participants, &file.agents).with_venues(file.venues(db).await?);
    let mut archive = Archive::new(call.now);
    let contents = render::contents(&file.mediation, &file.committee, &papers);
    archive.add("00-卷内目录.txt", &contents)?;
    for record in &file.records {
        let text = render::record(record, &names);
        archive.add(&piece(dossier::paper_of(record.kind), record.id), &text)?;
        sent.send_bytes(archive.take()).await?;
    }
    for session in file.sessions.iter().filter(|session| has_minutes(session)) {
        archive.add(&piece(Paper::Note, session.id), &render::session(session, &names))?;
        sent.send_bytes(archive.take()).await?;
    }
    for agent in file.mandates() {
        archive.add(&piece(Paper::Mandate, agent.id), &render::mandate(agent, &names))?;
        sent.send_bytes(archive.take()).await?;
    }
    for agreement in file.binding() {
        let text = contract(db, file, agreement).await?;
        archive.add(&piece(Paper::Agreement, agreement.id), &text)?;
        let asked =
            whole!(|one: &Confirmation| one.id, |after| store::confirmations::list(db, agreement, after, AT_ONCE));
        for confirmation in asked {
            let full = store::confirmations::find(db, agreement, confirmation.id, Detail::Full).await?;
            archive.add(&piece(Paper::Confirmation, full.id), &render::confirmation(&full, &names))?;
        }
        sent.send_bytes(archive.take()).await?;
    }
    // Money is paid and paid back also for what never took effect.
    for agreement in &file.agreements {
        let done = performed(db, agreement).await?;
        if !done.is_empty() {
            archive.add(&piece(Paper::PerformanceProof, agreement.id), &render::performances(&done, &names))?;
        }
        let paid =
            whole!(|one: &Contribution| one.id, |after| store::contributions::list(db, agreement, after, AT_ONCE));
        if !paid.is_empty() {
            let path = piece(Paper::PerformanceProof, format_args!("{}-出资", agreement.id));
            archive.add(&path, &render::contributions(&paid, &names))?;
        }
        sent.send_bytes(archive.take()).await?;
    }
    // What came to nothing, and whether the mediators were neutral, is part of how it went.
    for agreement in file.agreements.iter().filter(|one| one.state != AgreementState::Effective) {
        let text = contract(db, file, agreement).await?;
        archive.add(&piece(Paper::FileNote, agreement.id), &text)?;
        sent.send_bytes(archive.take()).await?;
    }
    let challenges =
        whole!(|one: &Challenge| one.id, |after| store::challenges::list(db, &file.mediation, after, AT_ONCE));
    for challenge in challenges {
        let full = store::challenges::find(db, &file.mediation, challenge.id, Detail::Full).await?;
        archive.add(&piece(Paper::FileNote, full.id), &render::challenge(&full, &names))?;
    }
    sent.send_bytes(archive.take()).await?;
    let by = call.official.as_ref().map(|official| official.display_name.as_str()).unwrap_or_default();
    archive.add("13-封底.txt", &render::back_cover(&file.mediation, call.now, by))?;
    sent.send_bytes(archive.finish()?).await
}

/// The obligations of an agreement on which something was done, with what.
async fn performed(db: &Db, agreement: &Agreement) -> Result<Vec<(Obligation, Vec<Performance>)>> {
    let owed = whole!(|one: &Obligation| one.id, |after| store::obligations::list(
        db,
        agreement,
        None,
        after,
        AT_ONCE,
        Detail::Full
    ));
    let mut done = Vec::new();
    // Nothing was done yet on one that is pending.
    for obligation in owed.into_iter().filter(|owed| owed.state != ObligationState::Pending) {
        let mut performances = whole!(|one: &Performance| one.id, |after| store::performances::list(
            db,
            &obligation,
            after,
            AT_ONCE,
            Detail::Full
        ));
        performances.retain(|one| one.reverse_time.is_none());
        if !performances.is_empty() {
            done.push((obligation, performances));
        }
    }
    Ok(done)
}

/// What was said to one side alone is in records.
fn has_minutes(session: &Session) -> bool {
    session.state == SessionState::Ended && session.openness != Some(Openness::Private)
}

/// Where a piece lies in the archive.
fn piece(paper: Paper, name: impl Display) -> String {
    format!("{:02}-{}/{name}.txt", paper.number(), paper.title())
}

/// An agreement as a document.
async fn contract(db: &Db, file: &File, agreement: &Agreement) -> Result<String> {
    let mut signatures =
        whole!(|one: &Signature| one.id, |after| store::signatures::list(db, agreement, after, AT_ONCE));
    signatures.retain(|signature| signature.edition == agreement.edition && signature.strike.is_none());
    let signed: HashSet<Uuid> = signatures.iter().map(|one| one.participant).collect();
    let mut participants = file.participants.clone();
    participants.retain(|one| match one.kind {
        // Who came after the effect is not bound by it.
        Kind::NecessaryParty => agreement.effect_time.is_none() || signed.contains(&one.id),
        // Those who may still sign have a line to sign on.
        Kind::AccedingParty if matches!(agreement.state, AgreementState::Draft | AgreementState::Signing) => {
            one.consent != Some(Consent::Refused)
        }
        Kind::AccedingParty => signed.contains(&one.id),
        Kind::Mediator => one.left.is_none() || signed.contains(&one.id),
        Kind::InvitedBody => false,
    });
    let mut obligations = whole!(|one: &Obligation| one.id, |after| store::obligations::list(
        db,
        agreement,
        None,
        after,
        AT_ONCE,
        Detail::Full
    ));
    obligations.retain(|owed| owed.state != ObligationState::Void);
    let plan = store::plans::find(db, agreement).await?;
    let shares = match &plan {
        Some(plan) => store::plans::amounts(db, plan).await?,
        None => HashMap::new(),
    };
    Ok(render::agreement(&render::Contract {
        mediation: &file.mediation,
        agreement,
        committee: &file.committee,
        participants: &participants,
        agents: &file.agents,
        obligations: &obligations,
        plan: plan.as_ref(),
        shares: &shares,
        signatures: &signatures,
    }))
}

impl AgreementApi {
    pub(super) async fn rendered(
        &self,
        call: &Call,
        request: v1::RenderAgreementRequest,
    ) -> Result<v1::RenderAgreementResponse> {
        let v1::RenderAgreementRequest { name, purpose, on_behalf_of: _ } = request;
        let (id, agreement) = wire::agreement_id(&name)?;
        let db = &self.0.db;
        let mediation = store::mediations::find(db, &call.permit, id, Detail::Full).await?;
        let mediation = mediation.ok_or_else(|| Error::not_found(&name))?;
        let agreement = store::agreements::find(db, &mediation, agreement, Detail::Full).await?;
        ops::disclose(db, call, &mediation, name, purpose).await?;
        let file = File::people(db, mediation, Detail::Full).await?;
        let text = contract(db, &file, &agreement).await?;
        Ok(wire::rendered(text, agreement.edition))
    }
}
