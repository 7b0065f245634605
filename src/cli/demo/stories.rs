//! What becomes of matters: each takes one of a few ways through the procedure, some stand still on theirs, and today cuts them all.

use lianbang::call::Micros;

use super::{
    city::City,
    dice::Dice,
    matters::{CLAIMS, Matter, SUGGESTIONS},
    people,
};

const DAY: Micros = 86_400_000_000;
const HOUR: Micros = DAY / 24;
const MINUTE: Micros = HOUR / 60;
/// China is eight hours ahead of UTC.
const OFFSET: Micros = 8 * HOUR;
/// How far back the oldest matter goes, days.
pub const SPAN: i64 = 170;
/// How many matters there are besides those that show each state.
const MATTERS: usize = 310;

/// A step of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Register,
    Transfer,
    Assign,
    Receive,
    Notice,
    Accept,
    Progress,
    Opinion,
    Serve,
    OrganResult,
    Reply,
    Close,
    Help,
    HelpResult,
    HelpConfirm,
}

/// Steps, each with the days since the one before.
type Way = &'static [(i64, Step)];

const TRANSFERRED: Way = &[
    (0, Step::Register),
    (2, Step::Transfer),
    (1, Step::Receive),
    (3, Step::Notice),
    (1, Step::Accept),
    (12, Step::Progress),
    (20, Step::Opinion),
    (3, Step::Serve),
    (10, Step::Close),
];
const ASSIGNED: Way = &[
    (0, Step::Register),
    (1, Step::Assign),
    (1, Step::Receive),
    (4, Step::Notice),
    (1, Step::Accept),
    (3, Step::Help),
    (8, Step::HelpResult),
    (2, Step::HelpConfirm),
    (4, Step::Opinion),
    (1, Step::OrganResult),
    (2, Step::Serve),
    (9, Step::Close),
];
const OWN: Way = &[
    (0, Step::Register),
    (4, Step::Accept),
    (10, Step::Progress),
    (18, Step::Opinion),
    (2, Step::Serve),
    (12, Step::Close),
];
const REPLIED: Way = &[(0, Step::Register), (5, Step::Reply), (8, Step::Close)];
const HELPED: Way = &[
    (0, Step::Register),
    (2, Step::Help),
    (7, Step::HelpResult),
    (1, Step::HelpConfirm),
    (1, Step::Reply),
    (5, Step::Close),
];

/// Stories that show each state, and clocks that ran out: the way, how many of its steps are taken, how many days ago it began.
const SHOWN: &[(Way, usize, i64)] = &[
    (TRANSFERRED, 1, 3),
    (TRANSFERRED, 2, 6),
    (TRANSFERRED, 3, 9),
    (TRANSFERRED, 5, 30),
    (TRANSFERRED, 7, 55),
    (TRANSFERRED, 8, 60),
    (TRANSFERRED, 9, 90),
    (ASSIGNED, 2, 7),
    (REPLIED, 2, 12),
    (HELPED, 3, 11),
    // Nobody disposed of it within 15 days.
    (OWN, 1, 24),
    (OWN, 1, 31),
    (HELPED, 2, 40),
    // The organ's notice is late.
    (TRANSFERRED, 3, 38),
    (TRANSFERRED, 3, 47),
    // The result of an assignment is late.
    (ASSIGNED, 2, 70),
    (ASSIGNED, 3, 81),
    // Handling took more than 60 days.
    (TRANSFERRED, 5, 95),
    (TRANSFERRED, 6, 120),
    (OWN, 2, 110),
];

/// A matter on its way.
#[derive(Debug, Clone)]
pub struct Story {
    /// What it is about.
    pub matter: &'static Matter,
    /// A suggestion, not a claim.
    pub suggestion: bool,
    /// Its county, by position.
    pub county: usize,
    /// Code of its village.
    pub village: String,
    /// Who brings it.
    pub petitioner: String,
    /// Their telephone.
    pub phone: String,
    /// How it came in, the number of the contract.
    pub channel: i32,
    /// When what happens.
    pub steps: Vec<(Micros, Step)>,
}

/// Makes the stories up.
pub fn write(city: &City, dice: &mut Dice, now: Micros) -> Vec<Story> {
    let shown = SHOWN.iter().map(|(way, steps, days)| (*way, *steps, *days));
    let mut made: Vec<Story> = Vec::with_capacity(SHOWN.len() + MATTERS);
    for (way, steps, days) in shown {
        made.push(story(city, dice, now, way, steps, days));
    }
    for _ in 0..MATTERS {
        let way =
            *dice.one_of(&[TRANSFERRED, TRANSFERRED, TRANSFERRED, ASSIGNED, ASSIGNED, OWN, HELPED, HELPED, REPLIED]);
        // One in fourteen stands still.
        let steps = if dice.below(14) == 0 { 1 + dice.below(way.len() - 1) } else { way.len() };
        let days = dice.between(1, SPAN - 5);
        made.push(story(city, dice, now, way, steps, days));
    }
    made
}

fn story(city: &City, dice: &mut Dice, now: Micros, way: Way, steps: usize, days: i64) -> Story {
    let county = dice.below(city.counties.len());
    let suggestion = way == REPLIED && dice.below(2) == 0;
    let matter = if suggestion { dice.one_of(SUGGESTIONS) } else { dice.one_of(CLAIMS) };
    let mut time = workday(now - days * DAY, -1);
    let mut moments = Vec::with_capacity(steps);
    for (after, step) in way.iter().take(steps) {
        let slack = if *after > 2 { dice.between(0, 2) } else { 0 };
        time = workday(time + (after + slack) * DAY, 1);
        let at = slot(time, dice.below(2));
        // A step on the same day comes after the one before.
        let at = moments.last().map_or(at, |(before, _): &(Micros, Step)| at.max(*before + 30 * MINUTE));
        if at > now {
            break;
        }
        moments.push((at, *step));
    }
    Story {
        matter,
        suggestion,
        county,
        village: dice.one_of(&city.counties[county].villages).clone(),
        petitioner: people::name(dice),
        phone: people::phone(dice),
        channel: i32::try_from(1 + dice.below(6)).unwrap_or(1),
        steps: moments,
    }
}

/// The day of `time`, or the next one from Monday to Friday in the direction of `step`.
pub fn workday(mut time: Micros, step: i64) -> Micros {
    // 1970-01-01 was a Thursday.
    while ((time + OFFSET).div_euclid(DAY) + 3).rem_euclid(7) >= 5 {
        time += step * DAY;
    }
    time
}

/// The time of that day at which an office does what it has to, in the morning or in the afternoon. The same for all on that day:
/// what happens at once is written at once.
pub fn slot(time: Micros, half: usize) -> Micros {
    let day = (time + OFFSET).div_euclid(DAY);
    let start = if half == 0 { 9 * HOUR } else { 15 * HOUR };
    day * DAY - OFFSET + start + (day.rem_euclid(7) * 11) * MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_work_from_monday_to_friday() {
        // Friday 27 February 2026, 09:00 in China, and the two days after it.
        let friday = 1_772_154_000_000_000;
        assert_eq!(workday(friday, 1), friday);
        assert_eq!(workday(friday + DAY, 1), friday + 3 * DAY);
        assert_eq!(workday(friday + 2 * DAY, -1), friday);
    }

    #[test]
    fn every_way_begins_with_a_registration() {
        for way in [TRANSFERRED, ASSIGNED, OWN, REPLIED, HELPED] {
            assert_eq!(way[0], (0, Step::Register));
        }
    }
}
