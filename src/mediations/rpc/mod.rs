//! The two services of this feature.

use tonic::{Response, Status};

mod agreement;
mod mediation;
mod obligation;
mod read;

pub use agreement::AgreementApi;
pub use mediation::MediationApi;

type Answer<T> = Result<Response<T>, Status>;
