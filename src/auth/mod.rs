//! Who calls, what they may do, and where.
//!
//! A call brings a token; the token's client holds grants; a grant is a role within an area. The method's permission comes from
//! the protos and nowhere else. What comes out is a [`Permit`]: the areas in which this client may do what this method does.

mod identity;
mod policy;
mod role;
mod scope;
mod token;

pub use identity::{Authenticator, Identity, IdentityGrant};
pub use policy::{METHODS, Method, method};
pub use role::{READ_ACCUSATIONS, READ_FULL, Role, permissions};
pub use scope::{Area, Permit};
pub use token::{Secret, TokenKey};
