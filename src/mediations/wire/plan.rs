//! Plans of who bears the cost, and what was paid.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{agreement_id, label, participant_of, past, shown, some};
use crate::{
    call::Call,
    check::Faults,
    error::{Error, Result},
    mediations::{
        model::{Contribution, Line, Payer, Plan, Share, Sums, participant_name},
        numbers::{ContributionKind, Numbered},
        ops,
    },
    money::{Fen, yuan},
    pb::{google::r#type::Money, v1},
    wire::{fen, pb_money, pb_time},
};

/// Reads SetContributionPlan.
///
/// # Errors
/// `OfficialNotAccepted`, `Invalid`, `NotFound`.
pub fn set_plan(call: &Call, request: v1::SetContributionPlanRequest) -> Result<ops::SetPlan> {
    ops::ensure_official(call)?;
    let v1::SetContributionPlanRequest {
        parent,
        etag,
        contribution_plan,
        request_id: _,
        validate_only: _,
        on_behalf_of: _,
    } = request;
    let (mediation, agreement) = agreement_id(&parent)?;
    let given = contribution_plan.unwrap_or_default();
    let mut faults = Faults::default();
    let (mut cost, mut lines, mut weights) = (None, Vec::new(), HashMap::new());
    faults.field("contribution_plan", |faults| {
        cost = amount(faults, "cost", given.cost.as_ref());
        let mut keys = HashSet::new();
        let mut payers = HashSet::new();
        for (index, given) in given.lines.into_iter().enumerate() {
            faults.field(&format!("lines[{index}]"), |faults| {
                if !keys.insert(given.key.clone()) {
                    faults.at("key", "is that of another line");
                }
                if given.pool.is_some() && lines.iter().any(is_pool) {
                    faults.at("pool", "is a second one");
                }
                if !given.payer.is_empty() && !payers.insert(given.payer.clone()) {
                    faults.at("payer", "pays another line already");
                }
                lines.extend(line(faults, mediation, given, &mut weights));
            });
        }
        if let Some(cost) = cost.filter(|_| faults.is_empty()) {
            let sum: Fen = lines.iter().map(|line: &Line| line.amount).sum();
            if sum != cost {
                // An agreement says what each party is to do: that leaves no fen without a payer.
                let words = format!("is {} and the lines are {}: they are equal to the fen", yuan(cost), yuan(sum));
                faults.against("RMTJ 29", "cost", words);
            }
        }
    });
    faults.into_result()?;
    let cost = cost.ok_or_else(|| Error::internal("a checked plan lacks its cost"))?;
    Ok(ops::SetPlan { mediation, agreement, etag, cost, lines, weights })
}

fn is_pool(line: &Line) -> bool {
    matches!(line.payer, Payer::Pool { .. })
}

fn amount(faults: &mut Faults, name: &str, given: Option<&Money>) -> Option<Fen> {
    faults.take(name, given.map_or_else(|| Err("is required".to_owned()), fen))
}

fn line(
    faults: &mut Faults,
    mediation: Uuid,
    given: v1::ContributionLine,
    weights: &mut HashMap<Uuid, i32>,
) -> Option<Line> {
    let v1::ContributionLine { key, display_name, amount: given_amount, payer, pool, .. } = given;
    let amount = amount(faults, "amount", given_amount.as_ref());
    let payer = match (payer.as_str(), pool) {
        ("", None) => {
            faults.at("payer", "is required, or a pool");
            None
        }
        ("", Some(pool)) => {
            for (index, given) in pool.weights.iter().enumerate() {
                let name = format!("pool.weights[{index}].participant");
                let Some(id) = party(faults, &name, mediation, &given.participant) else { continue };
                if weights.insert(id, given.weight).is_some() {
                    faults.at(&name, "is there twice");
                }
            }
            party(faults, "pool.bearer", mediation, &pool.bearer).map(|bearer| Payer::Pool { bearer })
        }
        (payer, None) => party(faults, "payer", mediation, payer).map(Payer::Party),
        (_, Some(_)) => {
            faults.at("payer", "is not taken with a pool");
            None
        }
    };
    let display_name = label(&display_name).unwrap_or_default();
    amount.zip(payer).map(|(amount, payer)| Line { key, display_name, amount, payer })
}

fn party(faults: &mut Faults, name: &str, mediation: Uuid, given: &str) -> Option<Uuid> {
    let of = participant_of(mediation, given).map_err(|_| "is no participant of this mediation".to_owned());
    faults.take(name, of)
}

/// Reads RecordContribution.
///
/// # Errors
/// `Invalid`, `NotFound`.
pub fn contribute(call: &Call, request: v1::RecordContributionRequest) -> Result<ops::Contribute> {
    let v1::RecordContributionRequest { parent, contribution, request_id: _, validate_only: _, on_behalf_of: _ } =
        request;
    let v1::Contribution {
        name: _,
        line,
        participant,
        kind,
        amount: given,
        evidence_sha256,
        contribute_time,
        create_time: _,
    } = contribution.unwrap_or_default();
    let (mediation, agreement) = agreement_id(&parent)?;
    let mut faults = Faults::default();
    let (mut kind_of, mut sum) = (None, None);
    faults.field("contribution", |faults| {
        kind_of = faults.take("kind", ContributionKind::from_number(kind).ok_or_else(|| "is required".to_owned()));
        sum = amount(faults, "amount", given.as_ref());
    });
    faults.into_result()?;
    let (kind, amount) = kind_of.zip(sum).ok_or_else(|| Error::internal("a checked entry lacks a field"))?;
    Ok(ops::Contribute {
        mediation,
        agreement,
        line,
        participant: participant_of(mediation, &participant)?,
        kind,
        amount,
        evidence: some(evidence_sha256),
        contribute_time: past(call, contribute_time, "contribution.contribute_time")?,
    })
}

/// A plan for the wire.
pub fn plan(standing: &ops::Standing) -> v1::ContributionPlan {
    let ops::Standing { mediation, plan, totals, bound } = standing;
    let Plan { id: _, agreement, cost, lines, create_time } = plan;
    let of = |key: &str| totals.get(key).copied().unwrap_or_default();
    let paid: Fen = lines.iter().map(|line| of(&line.key).paid).sum();
    let line = |line: &Line| {
        let Sums { pledged, paid } = of(&line.key);
        let (payer, pool) = match line.payer {
            Payer::Party(party) => (participant_name(*mediation, party), None),
            Payer::Pool { bearer } => {
                let count = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
                let pool = v1::ContributionPool {
                    bearer: participant_name(*mediation, bearer),
                    weights: Vec::new(),
                    member_count: count(bound.members),
                    signed_count: count(bound.signed),
                    signed_amount: Some(pb_money(bound.amount)),
                    shortfall: Some(pb_money(line.amount - bound.amount)),
                };
                (String::new(), Some(pool))
            }
        };
        v1::ContributionLine {
            key: line.key.clone(),
            display_name: line.display_name.clone(),
            amount: Some(pb_money(line.amount)),
            payer,
            pool,
            pledged: Some(pb_money(pledged)),
            paid: Some(pb_money(paid)),
            outstanding: Some(pb_money(line.amount - paid)),
        }
    };
    v1::ContributionPlan {
        name: format!("mediations/{mediation}/agreements/{agreement}/contributionPlan"),
        cost: Some(pb_money(*cost)),
        lines: lines.iter().map(line).collect(),
        paid: Some(pb_money(paid)),
        outstanding: Some(pb_money(cost - paid)),
        create_time: Some(pb_time(*create_time)),
    }
}

/// A share for the wire.
pub fn share(mediation: Uuid, share: &Share, sums: Sums, signed: bool) -> v1::ContributionShare {
    v1::ContributionShare {
        participant: participant_name(mediation, share.participant),
        weight: share.weight,
        amount: Some(pb_money(share.amount)),
        pledged: Some(pb_money(sums.pledged)),
        paid: Some(pb_money(sums.paid)),
        signed,
    }
}

/// An entry for the wire.
pub fn contribution(entry: &Contribution) -> v1::Contribution {
    v1::Contribution {
        name: entry.name(),
        line: entry.line.clone(),
        participant: participant_name(entry.mediation, entry.participant),
        kind: entry.kind.number(),
        amount: Some(pb_money(entry.amount)),
        evidence_sha256: shown(entry.evidence.clone()),
        contribute_time: Some(pb_time(entry.contribute_time)),
        create_time: Some(pb_time(entry.create_time)),
    }
}
