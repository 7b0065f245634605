//! Lets the stories happen: day by day, each step through the service that an office's system would call.

use std::collections::BTreeMap;

use futures::future::{try_join, try_join_all};
use lianbang::{
    call::Micros,
    clock::civil_date,
    pb::v1::{
        self, case_service_client::CaseServiceClient, procedure_service_client::ProcedureServiceClient,
        routing_service_client::RoutingServiceClient,
    },
    wire::{pb_date, pb_time},
};

use super::{
    city::{City, County},
    disputes::Dispute,
    matters::HELP_RESULTS,
    mediation::{Mediated, Table},
    stage::{Stage, official, request_id},
    stories::{Step, Story},
};
use crate::cli::{Outcome, line::Line};

const DAY: Micros = 86_400_000_000;
/// Term of an assignment, days.
const TERM: i64 = 30;

/// A story and what has become of it.
#[derive(Debug)]
pub struct Happening {
    /// The story.
    pub story: Story,
    /// `cases/{id}`, once it is registered.
    pub case: String,
    /// `cases/{id}/assignments/{id}` of the help that was asked.
    help: Option<String>,
    next: usize,
}

/// What happens to one of them at a moment.
#[derive(Debug, Clone, Copy)]
enum Due {
    Story(usize),
    Dispute(usize),
}

/// Lets all of it happen, in the order of time.
pub async fn play(stage: &Stage, city: &City, stories: Vec<Story>, disputes: Vec<Dispute>) -> Outcome {
    let mut all: Vec<Option<Happening>> =
        stories.into_iter().map(|story| Some(Happening { story, case: String::new(), help: None, next: 0 })).collect();
    let mut mediated: Vec<Option<Mediated>> =
        disputes.into_iter().map(|dispute| Some(Mediated::new(dispute))).collect();
    let mut moments: BTreeMap<Micros, Vec<Due>> = BTreeMap::new();
    for (index, happening) in all.iter().enumerate() {
        for (time, _) in happening.iter().flat_map(|happening| &happening.story.steps) {
            moments.entry(*time).or_default().push(Due::Story(index));
        }
    }
    for (index, at) in mediated.iter().enumerate() {
        for time in at.iter().flat_map(Mediated::times) {
            moments.entry(time).or_default().push(Due::Dispute(index));
        }
    }
    for (now, due) in moments {
        stage.set(now);
        let desk = &Desk { line: &stage.line, city, now };
        let table = &Table { line: &stage.line, city, now };
        let steps = due.iter().filter_map(|due| match due {
            Due::Story(index) => all[*index].take().map(|happening| (*index, happening)),
            Due::Dispute(_) => None,
        });
        let cases = try_join_all(steps.map(|(index, happening)| async move {
            Ok::<_, crate::cli::Failure>((index, desk.take(happening).await?))
        }));
        let acts = due.iter().filter_map(|due| match due {
            Due::Dispute(index) => mediated[*index].take().map(|at| (*index, at)),
            Due::Story(_) => None,
        });
        let acts = try_join_all(
            acts.map(|(index, at)| async move { Ok::<_, crate::cli::Failure>((index, table.take(at).await?)) }),
        );
        let (cases, acts) = try_join(cases, acts).await?;
        for (index, happening) in cases {
            all[index] = Some(happening);
        }
        for (index, at) in acts {
            mediated[index] = Some(at);
        }
    }
    Ok(())
}

/// An office's system at one moment.
struct Desk<'a> {
    line: &'a Line,
    city: &'a City,
    now: Micros,
}

impl Desk<'_> {
    async fn take(&self, mut at: Happening) -> Outcome<Happening> {
        let step = at.story.steps[at.next].1;
        at.next += 1;
        match step {
            Step::Register => at.case = self.register(&at.story).await?,
            Step::Transfer | Step::Assign | Step::Receive => self.route(&at, step).await?,
            Step::Help => at.help = Some(self.ask(&at).await?),
            Step::HelpResult => self.submit(&at, at.help.clone().unwrap_or_default(), self.result(&at)).await?,
            Step::HelpConfirm => self.confirm(&at).await?,
            Step::OrganResult => self.organ_result(&at).await?,
            Step::Notice | Step::Accept | Step::Progress | Step::Opinion | Step::Serve | Step::Reply | Step::Close => {
                self.proceed(&at, step).await?;
            }
        }
        Ok(at)
    }

    fn county(&self, story: &Story) -> &County {
        &self.city.counties[story.county]
    }

    fn clerk(&self, story: &Story) -> Option<v1::Official> {
        let county = self.county(story);
        official(&county.petition_office, &format!("xf-{}", &county.code[..6]), "信访专员", "接访科")
    }

    fn handler(&self, story: &Story) -> Option<v1::Official> {
        official(self.organ(story), &format!("cb-{}", story.matter.office), "承办人", "承办科室")
    }

    fn organ(&self, story: &Story) -> &str {
        let county = self.county(story);
        county.departments.get(story.matter.office).unwrap_or(&county.mediation_center)
    }

    fn result(&self, at: &Happening) -> &'static str {
        HELP_RESULTS[at.story.petitioner.len().wrapping_add(at.story.county) % HELP_RESULTS.len()]
    }

    fn number(&self, at: &Happening, word: &str) -> String {
        let tail: String = at.case.chars().rev().take(4).collect();
        format!("{}信{word}〔{}〕{tail}号", &self.county(&at.story).name, civil_date(self.now).format("%Y"))
    }

    async fn etag(&self, case: &str) -> Outcome<String> {
        let request = v1::GetCaseRequest { name: case.to_owned(), ..v1::GetCaseRequest::default() };
        Ok(CaseServiceClient::new(self.line.clone()).get_case(request).await?.into_inner().etag)
    }

    async fn register(&self, story: &Story) -> Outcome<String> {
        let county = self.county(story);
        let nature = if story.suggestion { v1::case::Nature::Suggestion } else { v1::case::Nature::Claim };
        let case = v1::Case {
            nature: nature.into(),
            channel: story.channel,
            title: story.matter.title.to_owned(),
            statement: story.matter.words.to_owned(),
            topic: format!("topics/{}", story.matter.topic),
            region: format!("regions/{}", story.village),
            registering_organization: county.petition_office.clone(),
            receive_time: Some(pb_time(self.now - 40 * 60_000_000)),
            ..v1::Case::default()
        };
        let petitioner = v1::Party {
            role: v1::party::Role::Petitioner.into(),
            kind: v1::party::Kind::Person.into(),
            display_name: story.petitioner.clone(),
            phone: story.phone.clone(),
            ..v1::Party::default()
        };
        let request = v1::RegisterCaseRequest {
            case: Some(case),
            parties: vec![petitioner],
            request_id: request_id(),
            on_behalf_of: self.clerk(story),
            ..v1::RegisterCaseRequest::default()
        };
        Ok(CaseServiceClient::new(self.line.clone()).register_case(request).await?.into_inner().name)
    }

    async fn route(&self, at: &Happening, step: Step) -> Outcome {
        let mut routing = RoutingServiceClient::new(self.line.clone());
        let (name, etag) = (at.case.clone(), self.etag(&at.case).await?);
        let organization = self.organ(&at.story).to_owned();
        if step == Step::Receive {
            let on_behalf_of = self.handler(&at.story);
            let request =
                v1::ReceiveCaseRequest { name, etag, request_id: request_id(), on_behalf_of, ..Default::default() };
            routing.receive_case(request).await?;
        } else if step == Step::Transfer {
            let request = v1::TransferCaseRequest {
                name,
                etag,
                organization,
                note: "请依法按程序办理。".into(),
                request_id: request_id(),
                on_behalf_of: self.clerk(&at.story),
                ..Default::default()
            };
            routing.transfer_case(request).await?;
        } else {
            let request = v1::AssignCaseRequest {
                name,
                etag,
                organization,
                term_date: Some(pb_date(civil_date(self.now + TERM * DAY))),
                note: "请核查处理，按期报结果。".into(),
                request_id: request_id(),
                on_behalf_of: self.clerk(&at.story),
                ..Default::default()
            };
            routing.assign_case(request).await?;
        }
        Ok(())
    }

    /// Help is asked of who is linked to the village; where nobody is, of who is linked to its township.
    async fn ask(&self, at: &Happening) -> Outcome<String> {
        let village = &at.story.village;
        let township = format!("{}000", &village[..9]);
        let posting = self.city.postings.get(village).or_else(|| self.city.postings.get(&township));
        let anybody = || self.city.postings.values().min();
        let request = v1::RequestHelpRequest {
            parent: at.case.clone(),
            posting: posting.or_else(anybody).cloned().unwrap_or_default(),
            means: v1::assignment::Means::Letter.into(),
            term_date: Some(pb_date(civil_date(self.now + 15 * DAY))),
            note: "请协助了解情况、做好沟通。".into(),
            request_id: request_id(),
            on_behalf_of: self.clerk(&at.story),
            ..Default::default()
        };
        Ok(RoutingServiceClient::new(self.line.clone()).request_help(request).await?.into_inner().name)
    }

    async fn submit(&self, at: &Happening, name: String, result: &str) -> Outcome {
        let mut routing = RoutingServiceClient::new(self.line.clone());
        let read = v1::GetAssignmentRequest { name: name.clone(), ..Default::default() };
        let etag = routing.get_assignment(read).await?.into_inner().etag;
        let request = v1::SubmitResultRequest {
            name,
            etag,
            result: result.to_owned(),
            request_id: request_id(),
            on_behalf_of: self.handler(&at.story),
            ..Default::default()
        };
        routing.submit_result(request).await?;
        Ok(())
    }

    async fn confirm(&self, at: &Happening) -> Outcome {
        let mut routing = RoutingServiceClient::new(self.line.clone());
        let name = at.help.clone().unwrap_or_default();
        let read = v1::GetAssignmentRequest { name: name.clone(), ..Default::default() };
        let etag = routing.get_assignment(read).await?.into_inner().etag;
        let request = v1::ConfirmResultRequest {
            name,
            etag,
            resolution: v1::case::Resolution::Substantive.into(),
            request_id: request_id(),
            on_behalf_of: self.clerk(&at.story),
            ..Default::default()
        };
        routing.confirm_result(request).await?;
        Ok(())
    }

    async fn organ_result(&self, at: &Happening) -> Outcome {
        let request = v1::ListAssignmentsRequest { parent: at.case.clone(), ..Default::default() };
        let list = RoutingServiceClient::new(self.line.clone()).list_assignments(request).await?.into_inner();
        let hop = list.assignments.into_iter().find(|hop| hop.kind() == v1::assignment::Kind::Assignment);
        self.submit(at, hop.unwrap_or_default().name, "已依法作出处理意见并送达，现报办理结果。").await
    }

    async fn proceed(&self, at: &Happening, step: Step) -> Outcome {
        let mut procedure = ProcedureServiceClient::new(self.line.clone());
        let (name, etag) = (at.case.clone(), self.etag(&at.case).await?);
        let (story, request_id, on_behalf_of) = (&at.story, request_id(), self.handler(&at.story));
        let matter = story.matter;
        if step == Step::Notice {
            let document_number = self.number(at, "告");
            let request =
                v1::IssueNoticeRequest { name, etag, document_number, request_id, on_behalf_of, ..Default::default() };
            procedure.issue_notice(request).await?;
        } else if step == Step::Accept {
            let (nature, route) = (v1::case::Nature::Claim.into(), v1::case::Route::Petition.into());
            let request =
                v1::AcceptCaseRequest { name, etag, nature, route, request_id, on_behalf_of, ..Default::default() };
            procedure.accept_case(request).await?;
        } else if step == Step::Progress {
            let text = "已到现场核实，并与信访人当面沟通，正在会同有关单位研究处理办法。".into();
            let request =
                v1::ReportProgressRequest { parent: name, text, request_id, on_behalf_of, ..Default::default() };
            procedure.report_progress(request).await?;
        } else if step == Step::Opinion {
            let request = v1::IssueOpinionRequest {
                name,
                etag,
                outcome: matter.outcome.into(),
                facts: matter.facts.into(),
                reasons: matter.reasons.into(),
                legal_basis: matter.law.into(),
                document_number: self.number(at, "意"),
                execution_promised: matter.outcome == v1::case::Outcome::Supported,
                request_id,
                on_behalf_of,
                ..Default::default()
            };
            procedure.issue_opinion(request).await?;
        } else if step == Step::Serve {
            let opinions = v1::ListOpinionsRequest { parent: name.clone(), ..Default::default() };
            let opinions = procedure.list_opinions(opinions).await?.into_inner().opinions;
            let request = v1::ServeDocumentRequest {
                name,
                etag,
                document: opinions.first().map(|opinion| opinion.name.clone()).unwrap_or_default(),
                means: v1::service_record::Means::Direct.into(),
                receive_time: Some(pb_time(self.now)),
                request_id,
                on_behalf_of,
                ..Default::default()
            };
            procedure.serve_document(request).await?;
        } else if step == Step::Reply {
            let reply = format!("您好！您反映的“{}”收悉。{}", matter.title, matter.reasons);
            let request =
                v1::ReplyDirectlyRequest { name, etag, reply, request_id, on_behalf_of, ..Default::default() };
            procedure.reply_directly(request).await?;
        } else {
            let supported = matter.outcome == v1::case::Outcome::Supported;
            let resolution =
                if supported { v1::case::Resolution::Substantive } else { v1::case::Resolution::Procedural };
            let request = v1::CloseCaseRequest {
                name,
                etag,
                evidence: "回访记录一份，现场照片两张。".into(),
                resolution: resolution.into(),
                request_id,
                on_behalf_of,
                ..Default::default()
            };
            procedure.close_case(request).await?;
        }
        Ok(())
    }
}
