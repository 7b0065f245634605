//! The import streams as one: a header, rows, and a result per row in their order.

use std::pin::Pin;

use futures::{Stream, StreamExt};
use lianbang::pb::v1::{self, ImportResult};
use tonic::Status;

use crate::cli::line::Line;

/// What a server answers to an import.
pub type Results = Pin<Box<dyn Stream<Item = Result<ImportResult, Status>> + Send>>;

/// One sort of rows.
pub trait Kind: Send + 'static {
    /// Name on the command line.
    const WORD: &'static str;
    /// Name of the row's message in the contract.
    const MESSAGE: &'static str;
    /// A row.
    type Row: prost::Message + Default + Send + 'static;
    /// What holds for all rows.
    type Header: Clone + Send + 'static;

    /// Opens the stream.
    fn open(
        line: Line,
        header: Self::Header,
        rows: impl Stream<Item = Self::Row> + Send + 'static,
    ) -> impl Future<Output = Result<Results, Status>> + Send;
}

macro_rules! kind {
    ($(#[$about:meta])* $name:ident $word:literal $row:ident $header:ident $client:ident :: $service:ident . $method:ident $request:ident $message:ident) => {
        $(#[$about])*
        pub struct $name;

        impl Kind for $name {
            const WORD: &'static str = $word;
            const MESSAGE: &'static str = concat!("lianbang.v1.", stringify!($row));
            type Row = v1::$row;
            type Header = v1::$header;

            async fn open(
                line: Line,
                header: v1::$header,
                rows: impl Stream<Item = v1::$row> + Send + 'static,
            ) -> Result<Results, Status> {
                use v1::$message::Message;
                let first = futures::stream::iter([Message::Header(header)]);
                let messages = first.chain(rows.map(Message::Row)).map(|message| v1::$request { message: Some(message) });
                let answers = v1::$client::$service::new(line).$method(messages).await?.into_inner();
                Ok(Box::pin(answers.map(|answer| answer.map(|answer| answer.result.unwrap_or_default()))))
            }
        }
    };
}

kind! {
    /// Regions.
    Regions "regions" RegionRow RegionImportHeader
    region_service_client::RegionServiceClient.import_regions ImportRegionsRequest import_regions_request
}
kind! {
    /// Organizations.
    Organizations "organizations" OrganizationRow ImportHeader
    organization_service_client::OrganizationServiceClient.import_organizations ImportOrganizationsRequest import_organizations_request
}
kind! {
    /// Cadres.
    Cadres "cadres" CadreRow ImportHeader
    cadre_service_client::CadreServiceClient.import_cadres ImportCadresRequest import_cadres_request
}
kind! {
    /// Postings.
    Postings "postings" PostingRow ImportHeader
    cadre_service_client::CadreServiceClient.import_postings ImportPostingsRequest import_postings_request
}
kind! {
    /// Cases.
    Cases "cases" CaseRow CaseImportHeader
    case_service_client::CaseServiceClient.import_cases ImportCasesRequest import_cases_request
}
kind! {
    /// Mediations.
    Mediations "mediations" MediationRow MediationImportHeader
    mediation_service_client::MediationServiceClient.import_mediations ImportMediationsRequest import_mediations_request
}
