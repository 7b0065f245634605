//! The schema, step by step. Steps only go forward and are never edited once released; each works on SQLite and on PostgreSQL.

use sea_orm_migration::prelude::*;

mod columns;
mod m0001_records;
mod m0002_clients;
mod m0003_regions;
mod m0004_catalog;
mod m0005_organizations;
mod m0006_cadres;
mod m0007_cases;
mod m0008_mediations;
mod m0009_indexes;
mod m0010_transaction_id;
mod m0011_disputes;
mod m0012_notices;
mod m0013_extensions;
mod m0014_reviews;
mod m0015_alerts;
mod m0016_procedure;
mod m0017_promises;
mod m0018_supervision;
mod m0019_appointments;
mod m0020_documents;
mod m0021_case_types;
mod m0022_succession;
mod m0023_parties;
mod m0024_walls;
mod m0025_relations;
mod m0026_terms;
mod m0027_duplicates;
mod m0028_merges;
mod m0029_query_codes;
mod m0030_households;
mod m0031_contributions;
mod m0032_obligations;
mod m0033_reschedules;
mod m0034_mediation_records;
mod m0035_challenges;
mod m0036_confirmations;
mod m0037_mediation_imports;
mod m0038_mediation_terms;
mod m0039_committees;
mod m0040_reversals;
mod m0041_chosen;
mod m0042_referrals;
mod m0043_strikes;

/// All steps in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_records::Migration),
            Box::new(m0002_clients::Migration),
            Box::new(m0003_regions::Migration),
            Box::new(m0004_catalog::Migration),
            Box::new(m0005_organizations::Migration),
            Box::new(m0006_cadres::Migration),
            Box::new(m0007_cases::Migration),
            Box::new(m0008_mediations::Migration),
            Box::new(m0009_indexes::Migration),
            Box::new(m0010_transaction_id::Migration),
            Box::new(m0011_disputes::Migration),
            Box::new(m0012_notices::Migration),
            Box::new(m0013_extensions::Migration),
            Box::new(m0014_reviews::Migration),
            Box::new(m0015_alerts::Migration),
            Box::new(m0016_procedure::Migration),
            Box::new(m0017_promises::Migration),
            Box::new(m0018_supervision::Migration),
            Box::new(m0019_appointments::Migration),
            Box::new(m0020_documents::Migration),
            Box::new(m0021_case_types::Migration),
            Box::new(m0022_succession::Migration),
            Box::new(m0023_parties::Migration),
            Box::new(m0024_walls::Migration),
            Box::new(m0025_relations::Migration),
            Box::new(m0026_terms::Migration),
            Box::new(m0027_duplicates::Migration),
            Box::new(m0028_merges::Migration),
            Box::new(m0029_query_codes::Migration),
            Box::new(m0030_households::Migration),
            Box::new(m0031_contributions::Migration),
            Box::new(m0032_obligations::Migration),
            Box::new(m0033_reschedules::Migration),
            Box::new(m0034_mediation_records::Migration),
            Box::new(m0035_challenges::Migration),
            Box::new(m0036_confirmations::Migration),
            Box::new(m0037_mediation_imports::Migration),
            Box::new(m0038_mediation_terms::Migration),
            Box::new(m0039_committees::Migration),
            Box::new(m0040_reversals::Migration),
            Box::new(m0041_chosen::Migration),
            Box::new(m0042_referrals::Migration),
            Box::new(m0043_strikes::Migration),
        ]
    }
}
