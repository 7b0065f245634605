//! Time limits of other ways that the parties must watch: advice, on which nothing here rests.

use chrono::{Days, Months, NaiveDate};

use super::numbers::{DisputeType, Way};

/// How long.
#[derive(Debug, Clone, Copy)]
enum Span {
    Days(u64),
    Months(u32),
}

/// A limit, as its article sets it.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Of which way.
    pub way: Way,
    /// How long, in words.
    pub length: &'static str,
    /// The article.
    pub article: &'static str,
    /// From when it runs, and what interrupts it.
    pub note: &'static str,
    span: Span,
    /// Kinds of disputes to which the way is open; all where none is named.
    kinds: &'static [DisputeType],
}

/// The shortest first.
const LIMITS: &[Limit] = &[
    Limit {
        way: Way::Reconsideration,
        length: "六十日",
        article: "《行政复议法》第二十条",
        note: "自知道或者应当知道行政行为之日起；未告知权利的，最长不超过一年；因不动产的自行为作出之日起不超过二十年，其他不超过五年。",
        span: Span::Days(60),
        kinds: &[DisputeType::Demolition, DisputeType::Environment, DisputeType::ForestAndLand, DisputeType::Housing],
    },
    Limit {
        way: Way::AdministrativeSuit,
        length: "六个月",
        article: "《行政诉讼法》第四十六条",
        note: "自知道或者应当知道行政行为之日起；经复议的，自收到复议决定书之日起十五日（第四十五条）。",
        span: Span::Months(6),
        kinds: &[DisputeType::Demolition, DisputeType::Environment, DisputeType::ForestAndLand, DisputeType::Housing],
    },
    Limit {
        way: Way::LabourArbitration,
        length: "一年",
        article: "《劳动争议调解仲裁法》第二十七条",
        note: "自知道或者应当知道权利被侵害之日起；拖欠劳动报酬的，劳动关系存续期间不受限制，终止后一年内提出。主张权利、请求救济或者对方同意履行的，时效中断。",
        span: Span::Months(12),
        kinds: &[DisputeType::Labour],
    },
    Limit {
        way: Way::LandArbitration,
        length: "二年",
        article: "《农村土地承包经营纠纷调解仲裁法》第十八条",
        note: "自知道或者应当知道权利被侵害之日起。",
        span: Span::Months(24),
        kinds: &[DisputeType::ForestAndLand],
    },
    Limit {
        way: Way::CivilSuit,
        length: "三年",
        article: "《民法典》第一百八十八条",
        note: "自知道或者应当知道权利受到损害以及义务人之日起，最长二十年；提出履行请求、对方同意履行、起诉、仲裁或者有同等效力的情形，时效中断（第一百九十五条）。",
        span: Span::Months(36),
        kinds: &[],
    },
];

/// The limits that a dispute of this kind has to watch. Where the kind is not told, all.
pub fn limits(kind: Option<DisputeType>) -> impl Iterator<Item = &'static Limit> {
    LIMITS.iter().filter(move |limit| limit.kinds.is_empty() || kind.is_none_or(|kind| limit.kinds.contains(&kind)))
}

impl Limit {
    /// The last day, from the day of knowledge on and without any interruption. The day of knowledge is not counted (MFD 201); a month ends on the
    /// day of the same number, or on its last (MFD 202).
    pub fn last_date(&self, knowledge: NaiveDate) -> Option<NaiveDate> {
        match self.span {
            Span::Days(days) => knowledge.checked_add_days(Days::new(days)),
            Span::Months(months) => knowledge.checked_add_months(Months::new(months)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(kind: Option<DisputeType>) -> Vec<Way> {
        limits(kind).map(|limit| limit.way).collect()
    }

    #[test]
    fn each_kind_has_its_limits() {
        assert_eq!(ways(Some(DisputeType::Labour)), [Way::LabourArbitration, Way::CivilSuit]);
        assert_eq!(ways(Some(DisputeType::Family)), [Way::CivilSuit]);
        assert_eq!(ways(None).len(), 5);
    }

    #[test]
    fn months_end_on_the_same_day() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("day");
        let last =
            |way: Way, from| LIMITS.iter().find(|limit| limit.way == way).and_then(|limit| limit.last_date(from));
        assert_eq!(last(Way::CivilSuit, day(2024, 2, 29)), Some(day(2027, 2, 28)));
        assert_eq!(last(Way::AdministrativeSuit, day(2026, 8, 31)), Some(day(2027, 2, 28)));
        assert_eq!(last(Way::Reconsideration, day(2026, 1, 1)), Some(day(2026, 3, 2)));
        assert_eq!(last(Way::CivilSuit, NaiveDate::MAX), None);
    }
}
