//! Conversions that every feature shares between the contract's common types and ours.

use chrono::{Datelike, NaiveDate};

use crate::{
    call::Micros,
    error::{Error, Result},
    money::Fen,
    pb::google::r#type::{Date, Money},
};

/// A civil date of the wire.
///
/// # Errors
/// A sentence where it is no date of the calendar.
pub fn date(date: &Date) -> std::result::Result<NaiveDate, String> {
    let Date { year, month, day } = *date;
    let (Ok(month), Ok(day)) = (u32::try_from(month), u32::try_from(day)) else { return Err("is not a date".into()) };
    if !(1900..=2200).contains(&year) {
        return Err("is not a date between 1900 and 2200".into());
    }
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| "is not a date of the calendar".into())
}

/// A civil date for the wire.
pub fn pb_date(date: NaiveDate) -> Date {
    Date {
        year: date.year(),
        month: i32::try_from(date.month()).unwrap_or_default(),
        day: i32::try_from(date.day()).unwrap_or_default(),
    }
}

/// An instant of the wire, to the microsecond.
///
/// # Errors
/// A sentence where it is out of range.
pub fn micros(time: &prost_types::Timestamp) -> std::result::Result<Micros, String> {
    // 0001-01-01 to 9999-12-31, as the type demands.
    if !(-62_135_596_800..=253_402_300_799).contains(&time.seconds) || !(0..1_000_000_000).contains(&time.nanos) {
        return Err("is not a time between the years 1 and 9999".into());
    }
    Ok(time.seconds * 1_000_000 + i64::from(time.nanos) / 1_000)
}

/// An instant for the wire.
pub fn pb_time(micros: Micros) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or_default(),
    }
}

/// The most that one amount can be: a million millions of yuan.
const MOST_YUAN: i64 = 1_000_000_000_000;
const NANOS_OF_FEN: i32 = 10_000_000;

/// An amount of the wire: yuan, without parts of a fen, more than nothing.
///
/// # Errors
/// A sentence where it is something else.
pub fn fen(money: &Money) -> std::result::Result<Fen, String> {
    let Money { currency_code, units, nanos } = money;
    if currency_code != "CNY" {
        return Err("is not in CNY".into());
    }
    if !(0..=MOST_YUAN).contains(units) || !(0..1_000_000_000).contains(nanos) || (*units, *nanos) == (0, 0) {
        return Err("is not more than nothing and at most 1000000000000 yuan".into());
    }
    if nanos % NANOS_OF_FEN != 0 {
        return Err("has parts of a fen".into());
    }
    Ok(units * 100 + i64::from(nanos / NANOS_OF_FEN))
}

/// An amount for the wire.
pub fn pb_money(fen: Fen) -> Money {
    Money {
        currency_code: "CNY".into(),
        units: fen / 100,
        nanos: i32::try_from(fen % 100).unwrap_or_default() * NANOS_OF_FEN,
    }
}

/// The id at the end of a name like `organizations/{id}`.
///
/// # Errors
/// A sentence where the name is of another form.
pub fn id_in<'a>(name: &'a str, collection: &str) -> std::result::Result<&'a str, String> {
    name.strip_prefix(collection)
        .and_then(|rest| rest.strip_prefix('/'))
        .filter(|id| is_id(id))
        .ok_or_else(|| format!("is not of the form {collection}/{{id}}"))
}

/// The UUID at the end of a name like `cases/{id}`.
///
/// # Errors
/// A sentence where the name is of another form.
pub fn uuid_in(name: &str, collection: &str) -> std::result::Result<uuid::Uuid, String> {
    name.strip_prefix(collection)
        .and_then(|rest| rest.strip_prefix('/'))
        .filter(|id| id.len() == 36)
        .and_then(|id| uuid::Uuid::try_parse(id).ok())
        .ok_or_else(|| format!("is not of the form {collection}/{{uuid}}"))
}

/// The ids in a name of two levels like `cadres/{id}/postings/{id}`.
///
/// # Errors
/// A sentence where the name is of another form.
pub fn ids_in<'a>(name: &'a str, parent: &str, child: &str) -> std::result::Result<(&'a str, &'a str), String> {
    let fault = || format!("is not of the form {parent}/{{id}}/{child}/{{id}}");
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        [first, id, second, sub] if *first == parent && *second == child && is_id(id) && is_id(sub) => Ok((id, sub)),
        _ => Err(fault()),
    }
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The etag of a version.
pub fn etag(version: i64) -> String {
    format!("v{version}")
}

/// Refuses an etag other than the present one.
///
/// # Errors
/// `EtagMismatch` with the present one.
pub fn ensure_etag(given: &str, version: i64, resource: &str) -> Result<()> {
    let present = etag(version);
    if given == present { Ok(()) } else { Err(Error::EtagMismatch { resource: resource.to_owned(), etag: present }) }
}

/// Days since 1970-01-01, as civil dates are stored.
pub fn days(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days().try_into().unwrap_or(i32::MAX)
}

/// The civil date of stored days.
pub fn from_days(days: i32) -> NaiveDate {
    NaiveDate::default().checked_add_signed(chrono::TimeDelta::days(days.into())).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_read_is_written_the_same(amount in 1..=MOST_YUAN * 100) {
            prop_assert_eq!(fen(&pb_money(amount)), Ok(amount));
        }
    }

    #[test]
    fn what_is_no_amount_is_told() {
        let money = |units, nanos| Money { currency_code: "CNY".into(), units, nanos };
        assert_eq!(fen(&money(1, 10_000_000)), Ok(101));
        let wrong =
            [money(0, 0), money(-1, 0), money(0, -10_000_000), money(MOST_YUAN + 1, 0), money(0, 1_000_000_000)];
        for wrong in wrong {
            assert!(fen(&wrong).is_err_and(|fault| fault.contains("more than nothing")), "{wrong:?}");
        }
        assert_eq!(fen(&money(1, 5_000_000)), Err("has parts of a fen".into()));
        let dollars = Money { currency_code: "USD".into(), units: 1, nanos: 0 };
        assert_eq!(fen(&dollars), Err("is not in CNY".into()));
    }
}
