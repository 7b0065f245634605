//! Whether what belongs together is found: messages registered one by one, each compared with what people judged.

use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

use lianbang::pb::v1::similar_case::Rule;

use crate::{
    Fault,
    asked::{Asker, median, millis},
    messages::{Kind, Messages},
};

/// How far down the answer one looks.
const OF_NEAR: usize = 5;
const OF_ISSUE: usize = 10;

pub async fn run(product: &str, asker: &Asker, messages: &Messages) -> Result<(), Fault> {
    let (mut registered, mut found, mut both) = (Vec::new(), Vec::new(), Vec::new());
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut hits = [(0, 0); 2];
    let mut rules: BTreeMap<i32, (usize, usize, usize)> = BTreeMap::new();
    for (at, message) in messages.judged.iter().enumerate() {
        let begun = Instant::now();
        let case = asker.register(&message.title, &message.body, message.user.as_deref()).await?;
        registered.push(begun.elapsed());
        let then = Instant::now();
        let similar = asker.similar(&case.name).await?;
        found.push(then.elapsed());
        both.push(begun.elapsed());
        places.insert(case.name, at);
        // The place of a judged message that was found; of another case nothing was judged.
        let earlier: Vec<Option<usize>> =
            similar.iter().map(|similar| places.get(&similar.case.as_ref()?.name).copied()).collect();
        let judged = |earlier: &Option<usize>| earlier.and_then(|earlier| messages.pairs.get(&(at, earlier)).copied());
        for (kind, most, of) in [(Kind::Near, OF_NEAR, 0), (Kind::Issue, OF_ISSUE, 1)] {
            if messages.has_earlier(at, kind) {
                hits[of].1 += 1;
                hits[of].0 += usize::from(earlier.iter().take(most).any(|earlier| judged(earlier) == Some(kind)));
            }
        }
        for (similar, earlier) in similar.iter().zip(&earlier) {
            let Some(place) = earlier else { continue };
            let (put_forward, right, same_person) = rules.entry(similar.rule).or_default();
            *put_forward += 1;
            *right += usize::from(messages.pairs.contains_key(&(at, *place)));
            *same_person += usize::from(messages.judged[*place].user == message.user);
        }
    }
    println!("| {product}: RegisterCase | {} |", millis(median(&mut registered)));
    println!("| {product}: FindSimilarCases of 10 | {} |", millis(median(&mut found)));
    println!("| {product}: both, one after the other | {} |", millis(median(&mut both)));
    for (what, (hit, all)) in
        ["an earlier same text or person is in the first 5", "an earlier same matter is in the first 10"]
            .iter()
            .zip(hits)
    {
        println!("| {product}: {what} | {hit} of {all}: {:.3} |", hit as f64 / all as f64);
    }
    for (rule, (put_forward, right, same_person)) in rules {
        let rule = Rule::try_from(rule)?.as_str_name();
        println!(
            "| {product}: {rule}, judged messages put forward, of those judged to belong together, of the same person | {put_forward}, {right} ({:.2}), {same_person} |",
            right as f64 / put_forward as f64
        );
    }
    Ok(())
}
