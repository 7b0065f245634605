//! The two services of this feature.

use tonic::{Response, Status};

mod aftermath;
mod agreement;
mod challenges;
mod dossier;
mod import;
mod mediation;
mod obligation;
mod read;
mod records;

pub use agreement::AgreementApi;
pub use mediation::MediationApi;

type Answer<T> = Result<Response<T>, Status>;
