//! What the suite must be told of one mutating RPC.

use std::{future::Future, pin::Pin, sync::Arc};

use lianbang::auth::Role;
use prost::Message;
use prost_reflect::DynamicMessage;

use crate::harness::Stage;

/// The county in which fixtures put what belongs to a place: 魏都区.
pub const HOME: &str = "regions/411002000000";
/// The county beside it, in which nothing of a fixture lies: 禹州市.
pub const SIBLING: &str = "regions/411081000000";

type Prepare = Box<dyn for<'a> Fn(&'a Stage) -> Pin<Box<dyn Future<Output = Vec<u8>> + 'a>>>;

/// One mutating RPC, and how to ask for it so that the answer is OK.
pub struct Fixture {
    /// Path of the method.
    pub method: &'static str,
    /// A role that carries the method's permission. A client with it in [`HOME`] gets OK, one with it in [`SIBLING`] is refused.
    pub role: Role,
    /// See [`Fixture::only_everywhere`].
    pub only_everywhere: bool,
    /// See [`Fixture::repetition_refused`].
    pub repetition_refused: Option<&'static str>,
    /// See [`Fixture::changed`].
    pub change: Option<fn(&mut DynamicMessage)>,
    prepare: Prepare,
}

impl Fixture {
    /// `prepare` makes whatever the request needs and answers with the request; the suite puts in the request_id. It is called many
    /// times on one stage, and each time everything must be new, in [`HOME`], and must not clash with what it made before: take ids
    /// from [`super::fresh`].
    pub fn new<M: Message>(method: &'static str, role: Role, prepare: impl AsyncFn(&Stage) -> M + 'static) -> Self {
        let prepare = Arc::new(prepare);
        let prepare: Prepare = Box::new(move |stage| {
            let prepare = prepare.clone();
            Box::pin(async move { prepare(stage).await.encode_to_vec() })
        });
        Self { method, role, only_everywhere: false, repetition_refused: None, change: None, prepare }
    }

    /// The RPC changes what belongs to no region: a grant for a county is not enough, however it lies.
    pub fn only_everywhere(self) -> Self {
        Self { only_everywhere: true, ..self }
    }

    /// A repetition is refused with this reason instead of being answered again: the answer held a secret.
    pub fn repetition_refused(self, reason: &'static str) -> Self {
        Self { repetition_refused: Some(reason), ..self }
    }

    /// How to make another request of it, where changing the first field will not do.
    #[expect(dead_code, reason = "for requests whose first field is no plain value")]
    pub fn changed(self, change: fn(&mut DynamicMessage)) -> Self {
        Self { change: Some(change), ..self }
    }

    /// A request that will be answered with OK, once.
    pub async fn prepare(&self, stage: &Stage) -> Vec<u8> {
        (self.prepare)(stage).await
    }
}
