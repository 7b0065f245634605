//! The way of every RPC from the wire to an operation and back: convert, call, convert, with the contract's order of checks:
//! permission, then request_id, then shape, then etag, then rules.

use std::sync::Arc;

use prost::Message;
use sha2::{Digest, Sha256};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    auth::{Authenticator, Identity, Method, Permit, TokenKey},
    call::{Call, IdSource, Locale, Official, RequestKey, TimeSource},
    catalog::Catalog,
    check::{Checked, Faults},
    db::{Command, Db, Origin, Rows, Written},
    error::{Error, Result},
    events,
    pb::v1,
    record,
    server::CallLog,
};

/// A request that writes: the fields that all of them end with. Implemented by the build.
pub trait Mutation {
    /// Key of the call.
    fn request_id(&self) -> &str;
    /// Do everything but write.
    fn validate_only(&self) -> bool;
    /// The official for whom the client acts; taken out, since it is the call's and not the operation's.
    fn take_official(&mut self) -> Option<v1::Official>;
}

/// What the layers found out before the method ran. It travels in the request's extensions.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The method.
    pub method: &'static Method,
    /// The client.
    pub identity: Arc<Identity>,
    /// Its token, by which a stream looks at the client anew.
    pub token: TokenKey,
    /// When the caller stops waiting.
    pub deadline: tokio::time::Instant,
    /// Language for people.
    pub locale: Locale,
    /// Id of the call in the log.
    pub call_id: Arc<str>,
    /// The call's line in the log.
    pub log: Arc<CallLog>,
    /// The official whom the metadata of the call name.
    pub official: Option<Official>,
}

/// What every service needs.
#[derive(Debug, Clone)]
pub struct Door {
    /// The database.
    pub db: Db,
    /// The time.
    pub time: Arc<dyn TimeSource>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Who knows tokens; told when clients change.
    pub authenticator: Authenticator,
    /// Which register this is; cursors are bound to its incarnation.
    pub origin: Arc<Origin>,
    /// Rules, calendar, topics.
    pub catalog: Catalog,
}

impl Door {
    /// A read: `serve` gets the call and the checked request.
    ///
    /// # Errors
    /// The status of whatever failed.
    pub async fn read<Q, P, F>(&self, request: Request<Q>, serve: F) -> std::result::Result<Response<P>, Status>
    where
        Q: Checked,
        F: AsyncFnOnce(&Call, Q) -> Result<P>,
    {
        let (entry, message) = split(request)?;
        let answer = async {
            let call = self.call(&entry, None, None, false).await?;
            Faults::of(&message).into_result()?;
            serve(&call, message).await
        };
        answer.await.map(Response::new).map_err(|error| refusal(error, &entry))
    }

    /// A read on behalf of an official, such as the FULL view.
    ///
    /// # Errors
    /// The status of whatever failed.
    pub async fn read_for<Q, P, F>(
        &self,
        request: Request<Q>,
        official: impl FnOnce(&mut Q) -> Option<v1::Official>,
        serve: F,
    ) -> std::result::Result<Response<P>, Status>
    where
        Q: Checked,
        F: AsyncFnOnce(&Call, Q) -> Result<P>,
    {
        let (entry, mut message) = split(request)?;
        let answer = async {
            let faults = Faults::of(&message);
            let official = vouched(&entry, official(&mut message))?;
            let call = self.call(&entry, official, None, false).await?;
            faults.into_result()?;
            serve(&call, message).await
        };
        answer.await.map(Response::new).map_err(|error| refusal(error, &entry))
    }

    /// A mutation: `parse` turns the request into a command, `render` its answer into the response. A repetition under the same
    /// request_id is answered with the first response.
    ///
    /// # Errors
    /// The status of whatever failed.
    pub async fn write<Q, C, P>(
        &self,
        request: Request<Q>,
        parse: impl FnOnce(&Call, Q) -> Result<C>,
        render: fn(&C::Answer) -> P,
    ) -> std::result::Result<Response<P>, Status>
    where
        Q: Checked + Mutation + Message,
        C: Command,
        P: Message + Default + 'static,
    {
        let (entry, message) = split(request)?;
        self.mutate(&entry, message, parse, render).await.map(Response::new).map_err(|error| refusal(error, &entry))
    }

    /// As [`Door::write`], for what must not be guessed: `refused` learns of a refusal first and says what the caller is told.
    ///
    /// # Errors
    /// The status of whatever failed.
    pub async fn write_guarded<Q, C, P>(
        &self,
        request: Request<Q>,
        parse: impl FnOnce(&Call, Q) -> Result<C>,
        render: fn(&C::Answer) -> P,
        refused: impl AsyncFnOnce(&Call, Error) -> Error,
    ) -> std::result::Result<Response<P>, Status>
    where
        Q: Checked + Mutation + Message,
        C: Command,
        P: Message + Default + 'static,
    {
        let (entry, message) = split(request)?;
        let error = match self.mutate(&entry, message, parse, render).await {
            Ok(answer) => return Ok(Response::new(answer)),
            Err(error) => error,
        };
        let told = match self.call(&entry, None, None, false).await {
            Ok(call) => refused(&call, error).await,
            Err(_) => error,
        };
        Err(refusal(told, &entry))
    }

    /// A mutation whose answer holds a secret: it is shown once, stored nowhere, and a repetition is refused with the name alone.
    ///
    /// # Errors
    /// The status of whatever failed; `TokenAlreadyIssued` for a repetition.
    pub async fn write_secret<Q, C>(
        &self,
        request: Request<Q>,
        parse: impl FnOnce(&Call, Q) -> Result<C>,
        render: fn(&C::Answer) -> v1::IssueTokenResponse,
    ) -> std::result::Result<Response<v1::IssueTokenResponse>, Status>
    where
        Q: Checked + Mutation + Message,
        C: Command,
    {
        let (entry, message) = split(request)?;
        let without_secret =
            move |answer: &C::Answer| v1::IssueTokenResponse { secret: String::new(), ..render(answer) };
        let outcome = async {
            match self.outcome(&entry, message, parse, move |answer| without_secret(answer).encode_to_vec()).await? {
                Written::Now(answer) => Ok(render(&answer)),
                Written::Before(answer) => {
                    let before: v1::IssueTokenResponse = decode(&answer)?;
                    Err(Error::TokenAlreadyIssued { resource: before.token.unwrap_or_default().name })
                }
            }
        };
        outcome.await.map(Response::new).map_err(|error| refusal(error, &entry))
    }

    async fn mutate<Q, C, P>(
        &self,
        entry: &Entry,
        message: Q,
        parse: impl FnOnce(&Call, Q) -> Result<C>,
        render: fn(&C::Answer) -> P,
    ) -> Result<P>
    where
        Q: Checked + Mutation + Message,
        C: Command,
        P: Message + Default + 'static,
    {
        match self.outcome(entry, message, parse, move |answer| render(answer).encode_to_vec()).await? {
            Written::Now(answer) => Ok(render(&answer)),
            Written::Before(answer) => decode(&answer),
        }
    }

    async fn outcome<Q, C>(
        &self,
        entry: &Entry,
        mut message: Q,
        parse: impl FnOnce(&Call, Q) -> Result<C>,
        render: impl Fn(&C::Answer) -> Vec<u8> + Send + Sync + 'static,
    ) -> Result<Written<C::Answer>>
    where
        Q: Checked + Mutation + Message,
        C: Command,
    {
        let key = key(entry, &message)?;
        let faults = Faults::of(&message);
        let validate_only = message.validate_only();
        let official = vouched(entry, message.take_official())?;
        let call = self.call(entry, official, Some(key), validate_only).await?;
        let command = match faults.into_result().and_then(|()| parse(&call, message)) {
            Ok(command) => command,
            // A used request_id is told before a fault of form.
            Err(error) if validate_only => return Err(error),
            Err(error) => {
                let before = record::answer(&self.db.on(), self.db.keys(), &call, key).await?;
                return before.map_or(Err(error), |answer| Ok(Written::Before(answer)));
            }
        };
        self.db.write(&call, command, render).await
    }

    /// A mutation whose request is a stream: its first message says all that a repetition is known by, and `receive` takes the rest.
    /// A repetition is answered without it.
    ///
    /// # Errors
    /// What failed.
    pub async fn write_stream<H, C, P>(
        &self,
        entry: &Entry,
        mut header: H,
        receive: impl AsyncFnOnce(&Call, H) -> Result<C>,
        render: fn(&C::Answer) -> P,
    ) -> Result<P>
    where
        H: Checked + Mutation + Message,
        C: Command,
        P: Message + Default + 'static,
    {
        let key = key(entry, &header)?;
        let mut faults = Faults::default();
        faults.field("header", |faults| header.check(faults));
        let validate_only = header.validate_only();
        let official = vouched(entry, header.take_official())?;
        let call = self.call(entry, official, Some(key), validate_only).await?;
        if !validate_only && let Some(answer) = record::answer(&self.db.on(), self.db.keys(), &call, key).await? {
            return decode(&answer);
        }
        faults.into_result()?;
        let command = receive(&call, header).await?;
        match self.db.write(&call, command, move |answer| render(answer).encode_to_vec()).await? {
            Written::Now(answer) => Ok(render(&answer)),
            Written::Before(answer) => decode(&answer),
        }
    }

    /// The cursor of this moment, for the `cursor` of a list. Take it before the rows of the list are read.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn cursor_now(&self) -> Result<String> {
        events::cursor_now(&self.db, &self.origin.incarnation).await
    }

    /// The call of a stream, where the official comes in its first message.
    ///
    /// # Errors
    /// `PermissionDenied`, `OfficialNotAccepted`.
    pub async fn stream_call(
        &self,
        entry: &Entry,
        official: Option<v1::Official>,
        validate_only: bool,
    ) -> Result<Call> {
        self.call(entry, vouched(entry, official)?, None, validate_only).await
    }

    /// What a client may do in a call, for the official whom its message or its metadata name.
    ///
    /// # Errors
    /// `PermissionDenied`, or what the database answers.
    pub async fn permit(&self, identity: &Identity, entry: &Entry, official: Option<&Official>) -> Result<Permit> {
        let mut serves = Vec::new();
        for official in [official, entry.official.as_ref()].into_iter().flatten() {
            serves.extend_from_slice(&self.authenticator.served_by(official).await?);
        }
        identity.permit(entry.method, &serves)
    }

    async fn call(
        &self,
        entry: &Entry,
        official: Option<Official>,
        request: Option<RequestKey>,
        validate_only: bool,
    ) -> Result<Call> {
        Ok(Call {
            method: entry.method,
            identity: entry.identity.clone(),
            permit: self.permit(&entry.identity, entry, official.as_ref()).await?,
            official: official.or_else(|| entry.official.clone()),
            request,
            validate_only,
            now: self.time.now(),
            deadline: entry.deadline,
            locale: entry.locale,
            call_id: entry.call_id.clone(),
            ids: self.ids.clone(),
        })
    }
}

/// Takes the entry that the layers made and the message.
///
/// # Errors
/// `Internal` where a service was mounted without the layers.
pub fn split<Q>(request: Request<Q>) -> std::result::Result<(Entry, Q), Status> {
    let entry = request.extensions().get::<Entry>().cloned().ok_or_else(|| Error::internal("a call without entry"))?;
    Ok((entry, request.into_inner()))
}

/// The status of an error, in the caller's language.
pub fn refusal(error: Error, entry: &Entry) -> Status {
    error.status(entry.locale, &entry.call_id)
}

fn decode<P: Message + Default>(answer: &[u8]) -> Result<P> {
    P::decode(answer).map_err(|fault| Error::internal(format!("a stored answer does not decode: {fault}")))
}

/// The request_id with what it stands for: the method, the message, and the official where the metadata name one.
fn key<Q: Mutation + Message>(entry: &Entry, message: &Q) -> Result<RequestKey> {
    let text = message.request_id();
    if text.len() != 36 {
        return Err(Error::field("request_id", if text.is_empty() { "is required" } else { "is not a UUID" }));
    }
    let id = Uuid::try_parse(text).map_err(|_| Error::field("request_id", "is not a UUID"))?;
    let mut hash = Sha256::new();
    hash.update(entry.method.path.as_bytes());
    hash.update([0]);
    hash.update(message.encode_to_vec());
    if let Some(Official { id, display_name: _, organization, post: _, cadre }) = &entry.official {
        for part in [id, organization, cadre] {
            hash.update([0]);
            hash.update(part.as_bytes());
        }
    }
    Ok(RequestKey { id, hash: hash.finalize().into() })
}

fn vouched(entry: &Entry, official: Option<v1::Official>) -> Result<Option<Official>> {
    official.map(|official| vouch(&entry.identity, &entry.log, official)).transpose()
}

/// Takes an official whom a client names.
///
/// # Errors
/// `OfficialNotAccepted` from a client that is not trusted for it.
pub fn vouch(identity: &Identity, log: &CallLog, official: v1::Official) -> Result<Official> {
    if !identity.names_officials {
        return Err(Error::OfficialNotAccepted);
    }
    let _ = log.official.set(official.official_id.clone());
    let v1::Official { official_id, display_name, organization, post, cadre } = official;
    Ok(Official { id: official_id, display_name, organization, post, cadre })
}
