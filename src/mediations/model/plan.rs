//! Who bears the cost of what was agreed, and what was paid.

use uuid::Uuid;

use crate::{call::Micros, mediations::numbers::ContributionKind, money::Fen};

/// Who bears the cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: Uuid,
    /// The agreement.
    pub agreement: Uuid,
    /// What the whole of it costs.
    pub cost: Fen,
    /// Who bears it, as much as the cost together.
    pub lines: Vec<Line>,
    /// When it was set.
    pub create_time: Micros,
}

/// A line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// By which payments name it.
    pub key: String,
    /// For people.
    pub display_name: String,
    /// How much.
    pub amount: Fen,
    /// Who pays.
    pub payer: Payer,
}

/// Who pays a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payer {
    /// One party.
    Party(Uuid),
    /// Acceding parties together, with the one that bears what they fall short of.
    Pool {
        /// That one.
        bearer: Uuid,
    },
}

impl Plan {
    /// A line.
    pub fn line(&self, key: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.key == key)
    }

    /// The most that somebody may pay under a line, with the share that they have in the pool: a payer or bearer the line, a member the share.
    /// Nothing where it is none of theirs.
    pub fn due(&self, key: &str, participant: Uuid, share: Option<Fen>) -> Option<Fen> {
        let line = self.line(key)?;
        match line.payer {
            Payer::Party(payer) => (payer == participant).then_some(line.amount),
            Payer::Pool { bearer } if bearer == participant => Some(line.amount),
            Payer::Pool { .. } => share,
        }
    }

    /// The pool.
    pub fn pool(&self) -> Option<&Line> {
        self.lines.iter().find(|line| matches!(line.payer, Payer::Pool { .. }))
    }
}

/// The share of one party in a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The party.
    pub participant: Uuid,
    /// How many shares it has.
    pub weight: i32,
    /// What they come to.
    pub amount: Fen,
}

/// What was pledged and paid, less what was paid back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Pledged.
    pub pledged: Fen,
    /// Paid.
    pub paid: Fen,
}

impl Sums {
    /// After an entry.
    pub fn after(self, kind: ContributionKind, amount: Fen) -> Self {
        match kind {
            ContributionKind::Pledged => Self { pledged: self.pledged + amount, ..self },
            ContributionKind::Paid => Self { paid: self.paid + amount, ..self },
            ContributionKind::Refunded | ContributionKind::Reversed => Self { paid: self.paid - amount, ..self },
            ContributionKind::PledgeWithdrawn => Self { pledged: self.pledged - amount, ..self },
        }
    }
}

/// How much of a pool those who signed owe.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bound {
    /// Who shares.
    pub members: i64,
    /// Who of them signed.
    pub signed: i64,
    /// What their shares come to.
    pub amount: Fen,
}

/// An entry in the book of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// Its id.
    pub id: Uuid,
    /// The mediation.
    pub mediation: Uuid,
    /// The agreement.
    pub agreement: Uuid,
    /// The key of the line.
    pub line: String,
    /// Whose money.
    pub participant: Uuid,
    /// What was done.
    pub kind: ContributionKind,
    /// How much.
    pub amount: Fen,
    /// SHA-256 of the evidence in hexadecimal digits.
    pub evidence: Option<String>,
    /// When.
    pub contribute_time: Micros,
    /// When it was entered.
    pub create_time: Micros,
}

impl Contribution {
    /// `mediations/{id}/agreements/{id}/contributions/{id}`.
    pub fn name(&self) -> String {
        format!("mediations/{}/agreements/{}/contributions/{}", self.mediation, self.agreement, self.id)
    }
}

/// Shares an amount out by weights, to the fen, by the largest remainder; of equal remainders the earlier gets the fen. Weights are positive.
pub fn share_out(amount: Fen, weights: &[i32]) -> Vec<Fen> {
    let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if whole == 0 {
        return Vec::new();
    }
    let exact = |weight: &i32| i128::from(amount) * i128::from(*weight);
    let mut shares: Vec<i128> = weights.iter().map(|weight| exact(weight) / whole).collect();
    let left = i128::from(amount) - shares.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(exact(&weights[*at]) % whole));
    for at in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[at] += 1;
    }
    shares.into_iter().map(|share| Fen::try_from(share).unwrap_or(Fen::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shares_are_the_amount_and_no_fen_apart_from_what_is_fair(
            amount in 1..=100_000_000_000_000_i64,
            weights in prop::collection::vec(1..=1_000_000_i32, 1..600),
        ) {
            let shares = share_out(amount, &weights);
            prop_assert_eq!(shares.iter().sum::<Fen>(), amount);
            let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let apart = i128::from(*share) * whole - i128::from(amount) * i128::from(*weight);
                prop_assert!(apart.abs() < whole, "{share} of {amount} for {weight} of {whole}");
            }
        }
    }

    #[test]
    fn of_equal_remainders_the_earlier_gets_the_fen() {
        assert_eq!(share_out(1_000, &[1, 1, 1]), [334, 333, 333]);
        assert_eq!(share_out(100, &[1, 2, 3]), [17, 33, 50], "16.67, 33.33, 50");
        assert_eq!(share_out(1, &[5, 5]), [1, 0]);
        assert!(share_out(1, &[]).is_empty());
    }
}
