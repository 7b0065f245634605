//! An agreement that has all it needs takes effect, and ends what it settles.

use super::{end, record_agreement};
use crate::{
    call::Micros,
    db::Tx,
    error::Result,
    mediations::{
        flow::{self, AgreementStep, MediationStep},
        model::{Agreement, Mediation},
        numbers::Extent,
        store,
    },
};

/// Where nothing is missing any more, the agreement takes effect.
pub async fn effect(tx: &Tx<'_>, mediation: &mut Mediation, before: Agreement) -> Result<Agreement> {
    if !before.is_complete() {
        return Ok(before);
    }
    let threshold = match before.acceding_threshold {
        0 => None,
        count => store::signatures::nth_acceding(tx, &before, count).await?,
    };
    let Some(time) = before.due_effect(threshold) else { return Ok(before) };
    let mut agreement = before.clone();
    agreement.state = flow::next(flow::AGREEMENT, &before.name(), before.state, AgreementStep::Effect)?;
    agreement.effect_time = Some(time);
    agreement.version += 1;
    store::agreements::save(tx, &agreement).await?;
    take_effect(tx, mediation, Some(&before), &agreement, time).await?;
    Ok(agreement)
}

/// What follows from an agreement that is in effect since a time.
pub async fn take_effect(
    tx: &Tx<'_>,
    mediation: &mut Mediation,
    before: Option<&Agreement>,
    agreement: &Agreement,
    time: Micros,
) -> Result<()> {
    record_agreement(tx, mediation, "agreement.effected", before, agreement, Vec::new());
    store::obligations::bind(tx, agreement, time, None).await?;
    if agreement.extent == Extent::Partial {
        return Ok(());
    }
    let end = end::End { step: MediationStep::Agree, kind: "mediation.agreed", time, settlement: Some(agreement.id) };
    end.run(tx, mediation, vec![("settlement", agreement.name())]).await
}
