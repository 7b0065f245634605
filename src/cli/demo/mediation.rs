//! Lets the disputes be mediated, each act through the service that a mediation centre's system would call.

use lianbang::{
    call::Micros,
    clock::{civil_date, start_of_day},
    pb::v1::{
        self, agreement_service_client::AgreementServiceClient, mediation_service_client::MediationServiceClient,
        participant,
    },
    wire::{pb_date, pb_time},
};

use super::{
    city::{City, County},
    disputes::{Act, Dispute},
    stage::{official, request_id},
};
use crate::cli::{Outcome, line::Line};

const HOUR: Micros = 3_600_000_000;

/// A dispute and what has become of it.
#[derive(Debug)]
pub struct Mediated {
    dispute: Dispute,
    /// `mediations/{id}`, once it is open.
    mediation: String,
    sides: Vec<v1::Participant>,
    mediator: String,
    session: String,
    agreement: String,
    next: usize,
}

impl Mediated {
    /// Nothing has happened yet.
    pub fn new(dispute: Dispute) -> Self {
        Self {
            dispute,
            mediation: String::new(),
            sides: Vec::new(),
            mediator: String::new(),
            session: String::new(),
            agreement: String::new(),
            next: 0,
        }
    }

    /// When its acts happen.
    pub fn times(&self) -> impl Iterator<Item = Micros> {
        self.dispute.steps.iter().map(|(time, _)| *time)
    }
}

/// A mediation centre's system at one moment.
pub struct Table<'a> {
    /// The way to the server.
    pub line: &'a Line,
    /// The city.
    pub city: &'a City,
    /// The moment.
    pub now: Micros,
}

impl Table<'_> {
    /// The next act.
    pub async fn take(&self, mut at: Mediated) -> Outcome<Mediated> {
        let act = at.dispute.steps[at.next].1;
        at.next += 1;
        match act {
            Act::Open => at.mediation = self.open(&at).await?,
            Act::Invite => self.invite(&mut at).await?,
            Act::Consent => self.consent(&at, participant::Consent::Given, at.sides.len()).await?,
            Act::Refuse => self.consent(&at, participant::Consent::Refused, 1).await?,
            Act::Schedule => at.session = self.schedule(&at).await?,
            Act::Hold => self.hold(&at).await?,
            Act::Draft => at.agreement = self.draft(&at).await?,
            Act::Sign => self.sign(&at).await?,
            Act::Seal => self.seal(&at).await?,
            Act::Fail => self.fail(&at).await?,
        }
        Ok(at)
    }

    fn mediations(&self) -> MediationServiceClient<Line> {
        MediationServiceClient::new(self.line.clone())
    }

    fn agreements(&self) -> AgreementServiceClient<Line> {
        AgreementServiceClient::new(self.line.clone())
    }

    fn county(&self, at: &Mediated) -> &County {
        &self.city.counties[at.dispute.county]
    }

    fn clerk(&self, at: &Mediated) -> Option<v1::Official> {
        let county = self.county(at);
        official(&county.mediation_center, &format!("tj-{}", &county.code[..6]), "调解秘书", "调解科")
    }

    async fn open(&self, at: &Mediated) -> Outcome<String> {
        let mediation = v1::Mediation {
            source: v1::mediation::Source::Application.into(),
            committee: self.county(at).mediation_committee.clone(),
            region: format!("regions/{}", at.dispute.village),
            matter: at.dispute.quarrel.matter.into(),
            application_date: Some(pb_date(civil_date(self.now))),
            ..Default::default()
        };
        let request = v1::OpenMediationRequest {
            mediation: Some(mediation),
            request_id: request_id(),
            on_behalf_of: self.clerk(at),
            ..Default::default()
        };
        Ok(self.mediations().open_mediation(request).await?.into_inner().name)
    }

    async fn invite(&self, at: &mut Mediated) -> Outcome {
        for (name, phone) in at.dispute.sides.clone() {
            let side = v1::Participant {
                kind: participant::Kind::NecessaryParty.into(),
                display_name: name,
                phone,
                ..Default::default()
            };
            let side = self.invited(at, side).await?;
            at.sides.push(side);
        }
        let (cadre, name) = at.dispute.mediator.clone();
        let mediator = v1::Participant {
            kind: participant::Kind::Mediator.into(),
            display_name: name,
            cadre,
            chosen_by: participant::ChosenBy::Parties.into(),
            ..Default::default()
        };
        at.mediator = self.invited(at, mediator).await?.name;
        Ok(())
    }

    async fn invited(&self, at: &Mediated, participant: v1::Participant) -> Outcome<v1::Participant> {
        let request = v1::InviteParticipantRequest {
            parent: at.mediation.clone(),
            participant: Some(participant),
            request_id: request_id(),
            on_behalf_of: self.clerk(at),
            ..Default::default()
        };
        Ok(self.mediations().invite_participant(request).await?.into_inner())
    }

    async fn consent(&self, at: &Mediated, consent: participant::Consent, sides: usize) -> Outcome {
        for side in at.sides.iter().take(sides) {
            let request = v1::RecordConsentRequest {
                name: side.name.clone(),
                etag: side.etag.clone(),
                consent: consent.into(),
                statement: if consent == participant::Consent::Given {
                    "愿意谈。"
                } else {
                    "不谈，走法院。"
                }
                .into(),
                // Who refuses ends it: the parties are told of the other ways.
                routes_notice: (consent == participant::Consent::Refused).then(other_ways),
                request_id: request_id(),
                on_behalf_of: self.clerk(at),
                ..Default::default()
            };
            self.mediations().record_consent(request).await?;
        }
        Ok(())
    }

    /// On the fourth day, at an hour that is the dispute's own among those of its mediator.
    async fn schedule(&self, at: &Mediated) -> Outcome<String> {
        let held = at.dispute.steps.iter().find(|(_, act)| *act == Act::Hold).map(|(time, _)| *time);
        // Where today comes first the session is still ahead.
        let day = civil_date(held.unwrap_or(self.now + 4 * 24 * HOUR));
        let start = start_of_day(day) + (8 + 2 * at.dispute.turn) * HOUR;
        let mut participants: Vec<String> = at.sides.iter().map(|side| side.name.clone()).collect();
        participants.push(at.mediator.clone());
        let session = v1::Session {
            start_time: Some(pb_time(start)),
            end_time: Some(pb_time(start + HOUR)),
            participants,
            ..Default::default()
        };
        let request = v1::ScheduleSessionRequest {
            parent: at.mediation.clone(),
            session: Some(session),
            request_id: request_id(),
            on_behalf_of: self.clerk(at),
            ..Default::default()
        };
        Ok(self.mediations().schedule_session(request).await?.into_inner().name)
    }

    async fn hold(&self, at: &Mediated) -> Outcome {
        let present = |participant: &str| v1::Attendance {
            participant: participant.to_owned(),
            status: v1::attendance::Status::Present.into(),
            ..Default::default()
        };
        let attendances = at.sides.iter().map(|side| present(&side.name)).chain([present(&at.mediator)]).collect();
        let request = v1::RecordAttendanceRequest {
            name: at.session.clone(),
            attendances,
            request_id: request_id(),
            on_behalf_of: self.clerk(at),
            ..Default::default()
        };
        let session = self.mediations().record_attendance(request).await?.into_inner();
        let (outcome, minutes) = if at.dispute.agrees {
            (v1::session::Outcome::Agreed, "双方当面谈妥，愿签协议。")
        } else {
            (v1::session::Outcome::Failed, "双方差距较大，未能谈拢。")
        };
        let request = v1::EndSessionRequest {
            name: session.name,
            etag: session.etag,
            outcome: outcome.into(),
            minutes: minutes.into(),
            request_id: request_id(),
            on_behalf_of: self.clerk(at),
            ..Default::default()
        };
        self.mediations().end_session(request).await?;
        Ok(())
    }

    async fn draft(&self, at: &Mediated) -> Outcome<String> {
        let agreement = v1::Agreement { text: at.dispute.quarrel.agreement.into(), ..Default::default() };
        let request = v1::DraftAgreementRequest {
            parent: at.mediation.clone(),
            agreement: Some(agreement),
            request_id: request_id(),
            on_behalf_of: self.clerk(at),
            ..Default::default()
        };
        Ok(self.agreements().draft_agreement(request).await?.into_inner().name)
    }

    async fn sign(&self, at: &Mediated) -> Outcome {
        for participant in at.sides.iter().map(|side| &side.name).chain([&at.mediator]) {
            let request = v1::SignAgreementRequest {
                name: at.agreement.clone(),
                version: 1,
                participant: participant.clone(),
                means: v1::signature::Means::WetInk.into(),
                request_id: request_id(),
                on_behalf_of: self.clerk(at),
                ..Default::default()
            };
            self.agreements().sign_agreement(request).await?;
        }
        Ok(())
    }

    async fn seal(&self, at: &Mediated) -> Outcome {
        let request = v1::SealAgreementRequest {
            name: at.agreement.clone(),
            version: 1,
            request_id: request_id(),
            on_behalf_of: self.clerk(at),
            ..Default::default()
        };
        self.agreements().seal_agreement(request).await?;
        Ok(())
    }

    async fn fail(&self, at: &Mediated) -> Outcome {
        let read = v1::GetMediationRequest { name: at.mediation.clone(), ..Default::default() };
        let mediation = self.mediations().get_mediation(read).await?.into_inner();
        let request = v1::FailMediationRequest {
            name: mediation.name,
            etag: mediation.etag,
            reason: v1::mediation::FailureReason::NoAgreement.into(),
            routes_notice: Some(other_ways()),
            request_id: request_id(),
            on_behalf_of: self.clerk(at),
            ..Default::default()
        };
        self.mediations().fail_mediation(request).await?;
        Ok(())
    }
}

/// What the parties are told where no agreement is to be had.
fn other_ways() -> v1::RoutesNotice {
    v1::RoutesNotice {
        routes: vec![v1::routes_notice::Route::Judicial.into()],
        means: v1::routes_notice::Means::Written.into(),
    }
}
