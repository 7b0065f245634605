//! What is mediated: quarrels between neighbours, families and firms, each on one of a few ways; today cuts them all.

use lianbang::call::Micros;

use super::{
    city::City,
    dice::Dice,
    people,
    stories::{SPAN, slot, workday},
};

const DAY: Micros = 86_400_000_000;
/// How many there are.
const DISPUTES: usize = 56;

/// A quarrel that happens everywhere.
#[derive(Debug)]
pub struct Quarrel {
    /// What the applicant says.
    pub matter: &'static str,
    /// What they agree on in the end.
    pub agreement: &'static str,
}

const QUARRELS: &[Quarrel] = &[
    Quarrel {
        matter: "楼上改卫生间后一直漏水，楼下房顶泡坏了，两家谁也不愿先出钱修。",
        agreement: "楼上住户于三十日内重做防水，赔偿楼下墙面维修费三千二百元，一次付清。",
    },
    Quarrel {
        matter: "邻居翻建房屋把滴水檐伸过了界，下雨水都浇到我家院墙上。",
        agreement: "翻建一方于十五日内改装檐沟引水，费用自理；双方以旧墙根为界。",
    },
    Quarrel {
        matter: "承包地边界挪了一垄，去年收麦时两家动了手。",
        agreement: "以村委会现场丈量的界石为准，多占的一垄退回，双方互不追究。",
    },
    Quarrel {
        matter: "父亲住院的钱一直是我出，弟弟不管，老人的赡养怎么分担。",
        agreement: "兄弟二人每月各付赡养费六百元，医疗费凭票平均分担。",
    },
    Quarrel {
        matter: "在工地干了四个月，工头还欠两万多工钱，一拖再拖。",
        agreement: "分两期付清工钱二万一千元：当月付一万元，余款于次月底前付清。",
    },
    Quarrel {
        matter: "电动车在巷口相撞，对方不认医药费。",
        agreement: "双方按七比三承担医药费，对方于七日内付二千八百元，此事了结。",
    },
    Quarrel {
        matter: "买的化肥苗都烧了，店家说是用法不对，不肯赔。",
        agreement: "店家退还货款并补偿种子款一千五百元，十日内付清。",
    },
    Quarrel {
        matter: "小区门口的烧烤摊半夜还在吵，油烟直往屋里灌。",
        agreement: "摊主二十二时收摊，加装油烟净化器；住户不再阻拦经营。",
    },
];

/// A step of a mediation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Open,
    Invite,
    Consent,
    Refuse,
    Schedule,
    Hold,
    Draft,
    Sign,
    Seal,
    Fail,
}

/// Acts, each with the days since the one before.
type Way = &'static [(i64, Act)];

const AGREED: Way = &[
    (0, Act::Open),
    (1, Act::Invite),
    (1, Act::Consent),
    (0, Act::Schedule),
    (4, Act::Hold),
    (0, Act::Draft),
    (1, Act::Sign),
    (1, Act::Seal),
];
const FAILED: Way =
    &[(0, Act::Open), (1, Act::Invite), (2, Act::Consent), (1, Act::Schedule), (5, Act::Hold), (3, Act::Fail)];
const REFUSED: Way = &[(0, Act::Open), (1, Act::Invite), (2, Act::Refuse)];

/// A dispute on its way.
#[derive(Debug, Clone)]
pub struct Dispute {
    /// What it is about.
    pub quarrel: &'static Quarrel,
    /// Its county, by position.
    pub county: usize,
    /// Code of its village.
    pub village: String,
    /// Both sides: name and telephone.
    pub sides: [(String, String); 2],
    /// `cadres/{id}` and name of the mediator.
    pub mediator: (String, String),
    /// They agree in the session.
    pub agrees: bool,
    /// Which of its mediator's disputes it is: no two of them meet in the same hour.
    pub turn: i64,
    /// When what happens.
    pub steps: Vec<(Micros, Act)>,
}

/// Makes the disputes up.
pub fn write(city: &City, dice: &mut Dice, now: Micros) -> Vec<Dispute> {
    let counties = city.counties.len().max(1);
    let mut made = Vec::with_capacity(DISPUTES);
    for index in 0..DISPUTES {
        let county = index % counties;
        let mediators = &city.counties[county].mediators;
        let way = *dice.one_of(&[AGREED, AGREED, AGREED, AGREED, FAILED, REFUSED]);
        // The last ones are still under way.
        let days = if index < 10 { 1 + i64::try_from(index).unwrap_or(0) } else { dice.between(12, SPAN - 5) };
        let mut side = || (people::name(dice), people::phone(dice));
        let sides = [side(), side()];
        made.push(Dispute {
            quarrel: dice.one_of(QUARRELS),
            county,
            village: dice.one_of(&city.counties[county].villages).clone(),
            sides,
            mediator: mediators[(index / counties) % mediators.len()].clone(),
            agrees: way == AGREED,
            turn: i64::try_from(index / counties / mediators.len()).unwrap_or(0),
            steps: moments(way, now, days),
        });
    }
    made
}

fn moments(way: Way, now: Micros, days: i64) -> Vec<(Micros, Act)> {
    let mut time = workday(now - days * DAY, -1);
    let mut moments: Vec<(Micros, Act)> = Vec::with_capacity(way.len());
    for (after, act) in way {
        time = workday(time + after * DAY, 1);
        let at = slot(time, usize::from(*act != Act::Open));
        // An act on the same day comes after the one before.
        let at = moments.last().map_or(at, |(before, _)| at.max(*before + DAY / 48));
        if at > now {
            break;
        }
        moments.push((at, *act));
    }
    moments
}
