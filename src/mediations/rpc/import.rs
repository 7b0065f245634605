//! Taking mediations from another system.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::{Answer, MediationApi};
use crate::{
    door::{refusal, split},
    error::Error,
    import::{self, Outcome, Parsed},
    mediations::wire,
    pb::v1::{self, import_mediations_request::Message},
};

pub type Results = Pin<Box<dyn Stream<Item = Result<v1::ImportMediationsResponse, Status>> + Send>>;

impl MediationApi {
    pub(super) async fn import(&self, request: Request<Streaming<v1::ImportMediationsRequest>>) -> Answer<Results> {
        let (entry, mut messages) = split(request)?;
        let refuse = |error| refusal(error, &entry);
        let header = match messages.message().await?.and_then(|first| first.message) {
            Some(Message::Header(header)) => wire::ImportHeader::try_from(header).map_err(refuse)?,
            _ => return Err(refuse(Error::field("header", "is required as the first message"))),
        };
        let call = self.0.stream_call(&entry, header.official.clone(), header.dry_run).await.map_err(refuse)?;
        let now = call.now;
        // Rows come and go in one order; what each lacks waits here for its result.
        let lacking: Arc<Mutex<HashMap<String, Vec<String>>>> = Arc::default();
        let kept = lacking.clone();
        let rows = messages.map(move |message| match message?.message {
            Some(Message::Row(row)) => {
                let source_id = row.source_id.clone();
                let row = wire::import_row(row, &header, now);
                if let Ok(row) = &row {
                    let missing = row.missing().into_iter().map(str::to_owned).collect();
                    kept.lock().unwrap_or_else(PoisonError::into_inner).insert(source_id.clone(), missing);
                }
                Ok(Parsed { source_id, row })
            }
            _ => Ok(Parsed { source_id: String::new(), row: Err(Error::field("row", "is required")) }),
        });
        let results = import::run(self.0.db.clone(), entry, call, rows);
        let answers = results.map(move |result| {
            let mut result = result?;
            let missing = lacking.lock().unwrap_or_else(PoisonError::into_inner).remove(&result.source_id);
            result.missing_fields = missing.filter(|_| result.outcome() != Outcome::Failed).unwrap_or_default();
            Ok(v1::ImportMediationsResponse { result: Some(result) })
        });
        Ok(Response::new(Box::pin(answers)))
    }
}
