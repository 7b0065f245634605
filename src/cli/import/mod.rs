//! `lianbang import`: a file to a running server, row by row, through the import streams of the API.
//!
//! A row with a result is durable; how far a file is, is kept beside it, so that an interrupted import goes on where it stopped.
//! Sending a row twice does no harm: the server knows it by its source and id there. `docs/import.md` describes the files.

use std::{
    fs,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, ValueEnum};
use lianbang::pb::{google::r#type::Date, v1};

use super::{Failure, Outcome, line};

mod dialogue;
pub mod kinds;
mod loose;
mod mapping;
mod progress;
mod read;
pub mod regions;
mod run;

use kinds::{Cadres, Cases, Kind, Mediations, Organizations, Postings, Regions};

/// `lianbang import`.
#[derive(Args)]
pub struct Import {
    #[command(subcommand)]
    rows: Rows,
}

#[derive(Subcommand)]
enum Rows {
    /// Regions: an edition of the codes, `code,name,level,parent_code`. What lies above them comes from a list that ships.
    Regions {
        #[command(flatten)]
        common: Common,
        /// The day as of which the edition holds.
        #[arg(long, value_parser = day)]
        effective_date: Date,
    },
    /// Organizations.
    Organizations(Common),
    /// Cadres.
    Cadres(Common),
    /// Postings: links of cadres to regions.
    Postings(Common),
    /// Cases of another system.
    Cases {
        #[command(flatten)]
        common: Common,
        /// How the file's fields become a case's.
        #[arg(long, value_enum, default_value_t)]
        mapping: Mapping,
        /// `regions/{code}`: the place of rows that name none.
        #[arg(long)]
        region: Option<String>,
        /// `organizations/{id}` that registered them.
        #[arg(long, default_value = "")]
        registering_organization: String,
    },
    /// Mediations of another system.
    Mediations {
        #[command(flatten)]
        common: Common,
        /// How the file's fields become a mediation's.
        #[arg(long, value_enum, default_value_t)]
        mapping: Telling,
        /// `organizations/{id}`: the committee of rows that name none.
        #[arg(long, default_value = "")]
        committee: String,
        /// `regions/{code}`: the place of rows that name none.
        #[arg(long, default_value = "")]
        region: String,
        /// Id of the official who answers for the import, in the directory of the client.
        #[arg(long)]
        official_id: String,
        /// Name of the official.
        #[arg(long)]
        official_name: String,
    },
}

/// How a file's fields become a mediation's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Telling {
    /// The names of MediationRow.
    #[default]
    Row,
    /// Mediations told turn by turn: id, type, description, parties, dialog with speaker, text and strategy.
    Dialogue,
}

/// How a file's fields become a case's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Mapping {
    /// The names of CaseRow.
    #[default]
    Row,
    /// Messages to officials with their replies: id, title, body, time, user, reply, reply_time; times are China's.
    A4,
}

/// What holds for every sort of rows.
#[derive(Debug, Args)]
struct Common {
    /// The file: .csv, or .jsonl with an object a line.
    file: PathBuf,
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:50051")]
    server: String,
    /// File with the token.
    #[arg(long)]
    token_file: PathBuf,
    /// Certificate that vouches for an https server, PEM.
    #[arg(long)]
    ca: Option<PathBuf>,
    /// The system that the rows come from; with a row's id it names the row for ever. Not set: the file's name.
    #[arg(long)]
    source: Option<String>,
    /// Check every row as if it were written, write none.
    #[arg(long)]
    dry_run: bool,
    /// Write a line of JSON for each row's result here.
    #[arg(long)]
    results: Option<PathBuf>,
}

fn day(text: &str) -> Result<Date, String> {
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "is not a date such as 2023-06-30")?;
    Ok(lianbang::wire::pb_date(date))
}

impl Import {
    /// Sends the file.
    pub async fn run(self) -> Outcome {
        match self.rows {
            Rows::Regions { common, effective_date } => {
                let rows = read::regions(&common.file)?;
                let import = Some(common.header()?);
                let header = v1::RegionImportHeader { import_header: import, effective_date: Some(effective_date) };
                let settings = format!("{effective_date:?}");
                common.send::<Regions>(header, rows, &settings).await
            }
            Rows::Organizations(common) => common.plain::<Organizations>().await,
            Rows::Cadres(common) => common.plain::<Cadres>().await,
            Rows::Postings(common) => common.plain::<Postings>().await,
            Rows::Cases { common, mapping, region, registering_organization } => {
                let settings = format!("{mapping:?} {region:?} {registering_organization}");
                let rows = mapping::cases(&common.file, mapping, region)?;
                let header = v1::CaseImportHeader { import_header: Some(common.header()?), registering_organization };
                common.send::<Cases>(header, rows, &settings).await
            }
            Rows::Mediations { common, mapping, committee, region, official_id, official_name } => {
                let settings = format!("{mapping:?} {committee} {region}");
                let rows = dialogue::mediations(&common.file, mapping)?;
                let official = v1::Official { official_id, display_name: official_name, ..Default::default() };
                let import = v1::ImportHeader { on_behalf_of: Some(official), ..common.header()? };
                let header = v1::MediationImportHeader { import_header: Some(import), committee, region };
                common.send::<Mediations>(header, rows, &settings).await
            }
        }
    }
}

impl Common {
    fn header(&self) -> Outcome<v1::ImportHeader> {
        let source = match &self.source {
            Some(source) => source.clone(),
            None => {
                let stem = self.file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
                stem.replace(|letter: char| !matches!(letter, 'a'..='z' | '0'..='9' | '.' | '_' | '-'), "-")
            }
        };
        Ok(v1::ImportHeader { source, dry_run: self.dry_run, on_behalf_of: None })
    }

    async fn plain<K: Kind<Header = v1::ImportHeader>>(&self) -> Outcome {
        let rows = read::rows::<K>(&self.file, |_| Ok(()))?;
        self.send::<K>(self.header()?, rows, "").await
    }

    async fn send<K: Kind>(&self, header: K::Header, rows: read::Rows<K::Row>, settings: &str) -> Outcome {
        let told = |path: &Path, fault: std::io::Error| format!("{}: {fault}", path.display());
        let token = fs::read_to_string(&self.token_file).map_err(|fault| told(&self.token_file, fault))?;
        let line = line::connect(&self.server, token.trim(), self.ca.as_deref()).await?;
        let mut results = match &self.results {
            Some(path) => Some(BufWriter::new(fs::File::create(path).map_err(|fault| told(path, fault))?)),
            None => None,
        };
        let source = self.header()?.source;
        let key = progress::key(&self.file, &[K::WORD, &self.server, &source, settings])?;
        // A dry run leaves nothing to go on from.
        let mut progress = (!self.dry_run).then(|| progress::Progress::load(&self.file, key));
        let summary = run::run::<K>(line, header, rows, progress.as_mut(), results.as_mut()).await;
        if let Some(results) = &mut results {
            results.flush().map_err(|fault| fault.to_string())?;
        }
        let summary = summary?;
        println!("{}{summary}", if self.dry_run { "dry run, nothing written: " } else { "" });
        if summary.failed == 0 { Ok(()) } else { Err(Failure::Silent) }
    }
}
