//! Roles and the permissions they carry. `docs/roles.md` is generated from this table.

use super::METHODS;

/// What a client may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Everything but accusations.
    Administrator = 1,
    /// Enters cases and reads what became of them.
    Intake = 2,
    /// The coordinating office.
    Coordinator = 3,
    /// An organ that handles.
    Handler = 4,
    /// A linked cadre's app.
    Cadre = 5,
    /// A mediation centre.
    Mediator = 6,
    /// Reads in the BASIC view.
    Reader = 7,
    /// The data exchange.
    Exchange = 8,
    /// Reads and handles accusations.
    AccusationHandler = 9,
    /// A portal for petitioners.
    Portal = 10,
}

/// Sees cases whose nature is an accusation.
pub const READ_ACCUSATIONS: &str = "accusations.read";
/// Sees personal data and narrative in the FULL view.
pub const READ_FULL: &str = "cases.read_full";

/// Reading what every office needs to find its way: regions, catalogue, organizations, cadres.
const MASTER_DATA: &[&str] =
    &["regions.read", "catalog.read", "organizations.read", "cadres.read", "staffing.read", "server.reflect"];

impl Role {
    /// All roles.
    pub const ALL: [Self; 10] = [
        Self::Administrator,
        Self::Intake,
        Self::Coordinator,
        Self::Handler,
        Self::Cadre,
        Self::Mediator,
        Self::Reader,
        Self::Exchange,
        Self::AccusationHandler,
        Self::Portal,
    ];

    /// From the database's column or the proto's number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|role| *role as i32 == number)
    }

    /// Name as in the proto, without its prefix.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "ADMINISTRATOR",
            Self::Intake => "INTAKE",
            Self::Coordinator => "COORDINATOR",
            Self::Handler => "HANDLER",
            Self::Cadre => "CADRE",
            Self::Mediator => "MEDIATOR",
            Self::Reader => "READER",
            Self::Exchange => "EXCHANGE",
            Self::AccusationHandler => "ACCUSATION_HANDLER",
            Self::Portal => "PORTAL",
        }
    }

    /// The role carries the permission.
    pub fn allows(self, permission: &str) -> bool {
        let own: &[&str] = match self {
            Self::Administrator => return permission != READ_ACCUSATIONS,
            Self::Intake => &[
                "cases.register",
                "cases.read",
                "cases.match",
                "cases.amend",
                "cases.attach",
                "regions.read",
                "catalog.read",
                "organizations.read",
            ],
            Self::Coordinator => &[
                "cases.register",
                "cases.read",
                READ_FULL,
                "cases.match",
                "cases.amend",
                "cases.attach",
                "cases.handle",
                "cases.route",
                "cases.help",
                "cases.confirm",
                "cases.supervise",
                "cases.progress",
                "cadres.write",
                "organizations.write",
                "mediations.read",
                "mediations.write",
                "events.read",
                "imports.write",
            ],
            Self::Handler => &[
                "cases.register",
                "cases.read",
                READ_FULL,
                "cases.match",
                "cases.amend",
                "cases.attach",
                "cases.handle",
                "cases.route",
                "cases.help",
                "cases.progress",
                "mediations.read",
                "events.read",
            ],
            Self::Cadre => &["cases.register", "cases.read", "cases.attach", "cases.progress", "mediations.read"],
            Self::Mediator => &["cases.read", "mediations.read", "mediations.write"],
            Self::Reader => &["cases.read", "mediations.read"],
            Self::Exchange => &["cases.read", "mediations.read", "events.read", "imports.write", "cases.register"],
            Self::AccusationHandler => &[
                READ_ACCUSATIONS,
                "cases.register",
                "cases.read",
                READ_FULL,
                "cases.match",
                "cases.amend",
                "cases.attach",
                "cases.handle",
                "cases.route",
                "cases.supervise",
                "events.read",
            ],
            Self::Portal => &["cases.query"],
        };
        let finds_its_way = !matches!(self, Self::Intake | Self::Portal);
        own.contains(&permission) || (finds_its_way && MASTER_DATA.contains(&permission))
    }
}

/// Every permission that there is, sorted: those of the methods, and the two that widen what a read shows.
pub fn permissions() -> Vec<&'static str> {
    let mut all: Vec<&'static str> = METHODS
        .iter()
        .map(|method| method.permission)
        .filter(|permission| !matches!(*permission, "public" | "authenticated"))
        .chain([READ_ACCUSATIONS, READ_FULL])
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}
