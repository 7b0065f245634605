//! The load: so many calls in flight, each begun when the one before it was answered, for so long.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tonic::transport::{Channel, Endpoint};

use crate::Fault;

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Answers a second.
    pub per_second: f64,
    /// Half of the answers came within this.
    pub median: Duration,
    /// 99 of 100 came within this.
    pub slow: Duration,
}

/// Connections to a server.
pub fn lines(address: &str, count: usize) -> Vec<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address").tcp_nodelay(true);
    (0..count).map(|_| endpoint.connect_lazy()).collect()
}

/// Keeps `flight` calls going for `time`, over as many of the connections, after a short time that is not counted.
pub async fn load<C, F>(lines: &[Channel], flight: usize, time: Duration, call: C) -> Result<Rate, Fault>
where
    C: Fn(Channel, usize) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), Fault>> + Send,
{
    let call = Arc::new(call);
    let counted_from = Instant::now() + time / 4;
    let until = counted_from + time;
    let workers = (0..flight).map(|worker| {
        let (call, line) = (call.clone(), lines[worker % lines.len()].clone());
        tokio::spawn(async move {
            let mut taken = Vec::new();
            let mut number = worker;
            loop {
                let begin = Instant::now();
                if begin >= until {
                    return Ok::<_, Fault>(taken);
                }
                call(line.clone(), number).await?;
                number += flight;
                let end = Instant::now();
                if begin >= counted_from && end < until {
                    taken.push(end - begin);
                }
            }
        })
    });
    let mut taken = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        taken.extend(worker.await??);
    }
    Ok(rate(taken, time))
}

fn rate(mut taken: Vec<Duration>, time: Duration) -> Rate {
    taken.sort_unstable();
    let at = |share: usize| taken.get(taken.len() * share / 100).copied().unwrap_or_default();
    Rate { per_second: taken.len() as f64 / time.as_secs_f64(), median: at(50), slow: at(99) }
}

/// A generator of numbers that is the same in every run.
pub fn scattered(number: usize) -> usize {
    let mixed = (number as u64 ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    usize::try_from((mixed ^ (mixed >> 31)) >> 8).unwrap_or(0)
}
