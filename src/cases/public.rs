//! What a petitioner may know of a case: dates and documents, no narrative, no person, nothing of what goes on between organs.

use chrono::NaiveDate;

use super::{
    clocks::{Clock, ClockState, rules},
    model::{Case, Outcome, Rating, State, numbered},
    review::{Review, Stage},
    steps::{Assignment, AssignmentKind, Notice, NoticeKind, Opinion, OpinionKind},
};
use crate::call::Micros;

numbered! {
    /// What happened.
    StepKind {
        /// Registered.
        Registered = 1 "REGISTERED",
        /// Sent on to an organ.
        Sent = 2 "SENT",
        /// Received there.
        Received = 3 "RECEIVED",
        /// Accepted.
        Accepted = 4 "ACCEPTED",
        /// A notice on what becomes of it.
        DispositionNotice = 5 "DISPOSITION_NOTICE",
        /// Not accepted.
        Declined = 6 "DECLINED",
        /// No longer accepted.
        Refused = 7 "REFUSED",
        /// The term is extended.
        Extended = 8 "EXTENDED",
        /// The extension is revoked.
        ExtensionRevoked = 9 "EXTENSION_REVOKED",
        /// Taken up again.
        Reopened = 10 "REOPENED",
        /// Handling opinion.
        HandlingOpinion = 11 "HANDLING_OPINION",
        /// Direct reply.
        DirectReply = 12 "DIRECT_REPLY",
        /// Review asked for.
        ReviewRequested = 13 "REVIEW_REQUESTED",
        /// Review opinion.
        ReviewOpinion = 14 "REVIEW_OPINION",
        /// Re-review asked for.
        ReReviewRequested = 15 "RE_REVIEW_REQUESTED",
        /// Re-review opinion.
        ReReviewOpinion = 16 "RE_REVIEW_OPINION",
        /// Merged.
        Merged = 17 "MERGED",
        /// Concluded.
        Concluded = 18 "CONCLUDED",
        /// Closed.
        Closed = 19 "CLOSED",
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicStep {
    pub kind: StepKind,
    pub time: Micros,
    /// `organizations/{id}`, or its name once that is looked up.
    pub organization: Option<String>,
    pub document_number: Option<String>,
    pub serve_time: Option<Micros>,
    pub outcome: Outcome,
}

impl PublicStep {
    /// A step of which nothing more is told.
    pub fn plain(kind: StepKind, time: Micros) -> Self {
        Self { kind, time, organization: None, document_number: None, serve_time: None, outcome: Outcome::None }
    }
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicStatus {
    pub number: String,
    pub state: State,
    pub continued_in: Option<String>,
    pub steps: Vec<PublicStep>,
    pub answer_due: Option<NaiveDate>,
    pub review_due: Option<NaiveDate>,
    pub office_rating: Rating,
    pub organ_rating: Rating,
}

/// The rows that a status is read from.
#[derive(Debug)]
pub struct Sources {
    pub assignments: Vec<Assignment>,
    pub notices: Vec<Notice>,
    pub opinions: Vec<Opinion>,
    pub reviews: Vec<Review>,
    pub clocks: Vec<Clock>,
}

/// Terms that end with something that the petitioner gets. What organs owe each other is not among them.
const ANSWERS: [&str; 9] = [
    rules::REGISTER_AND_DISPOSE,
    rules::NOTICE_DIRECT,
    rules::NOTICE_TRANSFERRED,
    rules::SIMPLIFIED_ACCEPTANCE,
    rules::SIMPLIFIED_OPINION,
    rules::HANDLING,
    rules::REVIEW,
    rules::RE_REVIEW,
    rules::EXECUTION,
];

/// Where a case stands by its own rows.
pub fn status(case: &Case, sources: Sources) -> PublicStatus {
    let due = |rules: &[&str]| {
        let running = sources.clocks.iter().filter(|clock| clock.state == ClockState::Running && clock.is_of(rules));
        running.map(|clock| clock.adjusted_date).min()
    };
    PublicStatus {
        number: case.number.clone(),
        state: shown(case.state),
        continued_in: None,
        answer_due: due(&ANSWERS),
        review_due: due(&[rules::REVIEW_REQUEST, rules::RE_REVIEW_REQUEST]),
        office_rating: case.office_rating,
        organ_rating: case.organ_rating,
        steps: steps(case, sources),
    }
}

/// Where a case stands for its petitioner: a dispute between organs is theirs alone.
pub fn shown(state: State) -> State {
    if state == State::Disputed { State::Received } else { state }
}

fn steps(case: &Case, sources: Sources) -> Vec<PublicStep> {
    let mut steps = vec![PublicStep {
        organization: case.registering_organization.clone(),
        ..PublicStep::plain(StepKind::Registered, case.register_time)
    }];
    for hop in sources.assignments.into_iter().filter(|one| AssignmentKind::HOPS.contains(&one.kind)) {
        let organization = hop.organization;
        steps.push(PublicStep {
            organization: organization.clone(),
            ..PublicStep::plain(StepKind::Sent, hop.create_time)
        });
        let received = hop.receive_time.map(|time| PublicStep::plain(StepKind::Received, time));
        steps.extend(received.map(|step| PublicStep { organization, ..step }));
    }
    steps.extend(case.accept_time.map(|time| PublicStep::plain(StepKind::Accepted, time)));
    steps.extend(sources.notices.into_iter().map(|notice| PublicStep {
        document_number: notice.document_number,
        serve_time: notice.serve_time,
        ..PublicStep::plain(of_notice(notice.kind), notice.issue_time)
    }));
    steps.extend(sources.opinions.into_iter().map(|opinion| PublicStep {
        kind: of_opinion(opinion.kind),
        time: opinion.issue_time,
        organization: opinion.organization,
        document_number: opinion.document_number,
        serve_time: opinion.serve_time,
        outcome: opinion.outcome,
    }));
    steps.extend(sources.reviews.into_iter().map(|review| {
        let kind = match review.stage {
            Stage::Review => StepKind::ReviewRequested,
            Stage::ReReview => StepKind::ReReviewRequested,
        };
        PublicStep { organization: Some(review.organization), ..PublicStep::plain(kind, review.receive_time) }
    }));
    steps.extend(case.close_time.map(|time| PublicStep::plain(StepKind::Closed, time)));
    steps.sort_by_key(|step| step.time);
    steps
}

fn of_notice(kind: NoticeKind) -> StepKind {
    match kind {
        NoticeKind::Disposition => StepKind::DispositionNotice,
        NoticeKind::Decline => StepKind::Declined,
        NoticeKind::Refusal => StepKind::Refused,
        NoticeKind::Extension => StepKind::Extended,
        NoticeKind::ExtensionRevoked => StepKind::ExtensionRevoked,
        NoticeKind::Reopening => StepKind::Reopened,
        NoticeKind::Conclusion => StepKind::Concluded,
    }
}

fn of_opinion(kind: OpinionKind) -> StepKind {
    match kind {
        OpinionKind::Handling => StepKind::HandlingOpinion,
        OpinionKind::DirectReply => StepKind::DirectReply,
        OpinionKind::Review => StepKind::ReviewOpinion,
        OpinionKind::ReReview => StepKind::ReReviewOpinion,
    }
}
