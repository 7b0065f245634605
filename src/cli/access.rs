//! `lianbang client` and `lianbang token`: who may call, before anybody can call. They write to the database through the same commands
//! as AdminService, and leave the same records.

use std::path::Path;

use clap::{Args, Subcommand};
use lianbang::{
    admin,
    auth::{Area, Role},
    config::Config,
    db::{Command, Db, Written},
    error::Error,
    place::{Code, Level},
    server::{self, Base, Sources},
    wire::{etag, id_in, ids_in, uuid_in},
};

use super::{Outcome, keys};

/// Most rows that a list of the command line shows.
const MOST_ROWS: u64 = 500;
const DAY: i64 = 86_400 * 1_000_000;

/// `lianbang client …`.
#[derive(Subcommand)]
pub enum ClientCommand {
    /// Enter a client: a system that calls.
    Create {
        /// Its id: 3 to 64 of a-z, 0-9 and -, beginning with a letter.
        id: String,
        /// What it is, for people.
        #[arg(long)]
        name: Option<String>,
        /// Take its word for the official that it acts for.
        #[arg(long)]
        names_officials: bool,
        /// The organization that runs it, `organizations/{id}`: what accuses it is kept from the client.
        #[arg(long)]
        organization: Option<String>,
    },
    /// Give a client a role within an area.
    Grant {
        /// Id of the client.
        id: String,
        /// administrator, intake, coordinator, handler, cadre, mediator, reader, exchange or accusation-handler.
        #[arg(value_parser = role)]
        role: Role,
        /// `regions/{code}`, `organizations/{id}` or `cadres/{id}/postings/{id}`.
        #[arg(long = "in", default_value = "regions/000000000000", value_parser = area)]
        area: Area,
    },
    /// Take a grant back.
    Revoke {
        /// `clients/{id}/grants/{id}`, as `client list` shows it.
        grant: String,
    },
    /// List the clients with their grants.
    List,
}

/// `lianbang token …`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct TokenArguments {
    #[command(subcommand)]
    command: Option<TokenCommand>,
    #[command(flatten)]
    first: First,
}

/// An administrator's token: the first way into a register, and the way back in for its operator.
#[derive(Args)]
struct First {
    /// Without a subcommand: id of the client that gets an administrator's token. It is entered where it is new.
    #[arg(long, default_value = "admin")]
    client: String,
    /// Without a subcommand: how long the token holds, in days.
    #[arg(long, default_value_t = 30)]
    days: u16,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Issue a token to a client that is there, and print it. It is shown this once.
    Issue {
        /// Id of the client.
        client: String,
        /// How long the token holds, in days.
        #[arg(long, default_value_t = 90)]
        days: u16,
    },
    /// End a token.
    Revoke {
        /// `clients/{id}/tokens/{id}`, as `token list` shows it.
        token: String,
    },
    /// List a client's tokens, the newest first.
    List {
        /// Id of the client.
        client: String,
    },
}

impl ClientCommand {
    /// Does it.
    pub async fn run(self, file: Option<&Path>) -> Outcome {
        with(file, async |base, sources| match &self {
            Self::Create { id, name, names_officials, organization } => {
                let display_name = name.clone().unwrap_or_else(|| id.clone());
                let create = admin::CreateClient {
                    id: checked_id(id)?,
                    display_name,
                    names_officials: *names_officials,
                    organization: organization.clone(),
                };
                println!("{}", write(&base.door.db, sources, create).await?.name());
                Ok(())
            }
            Self::Grant { id, role, area } => {
                let grant = admin::GrantRole { client: id.clone(), role: *role, area: area.clone() };
                println!("{}", write(&base.door.db, sources, grant).await?.name());
                Ok(())
            }
            Self::Revoke { grant } => {
                let (client, id) = child(grant, "grants")?;
                let held = admin::find_client(&base.door.db, &client).await?;
                let held = held.into_iter().flat_map(|client| client.grants).find(|grant| grant.id == id);
                let held = held.ok_or_else(|| format!("there is no grant {grant} in force"))?;
                let revoke = admin::RevokeGrant { client, id, etag: etag(held.version) };
                println!("{} revoked", write(&base.door.db, sources, revoke).await?.name());
                Ok(())
            }
            Self::List => {
                for client in admin::list_clients(&base.door.db, None, MOST_ROWS).await? {
                    println!("{}  {}", client.name(), client.display_name);
                    for grant in &client.grants {
                        println!("    {}  {} in {}", grant.name(), grant.role.word(), grant.area.name());
                    }
                }
                Ok(())
            }
        })
        .await
    }
}

impl TokenArguments {
    /// Does it.
    pub async fn run(self, file: Option<&Path>) -> Outcome {
        with(file, async |base, sources| match &self.command {
            None => {
                let First { client, days } = &self.first;
                let id = checked_id(client)?;
                let (call, ttl) = (sources.own_call(), i64::from(*days) * DAY);
                let made = admin::bootstrap(&base.door.db, &call, &id, &id, Role::Administrator, ttl).await?;
                println!("{}", made.secret.reveal());
                Ok(())
            }
            Some(TokenCommand::Issue { client, days }) => {
                let issue = admin::IssueToken { client: client.clone(), ttl: i64::from(*days) * DAY };
                let issued = write(&base.door.db, sources, issue).await?;
                println!("{}", issued.secret.as_ref().map_or("", |secret| secret.reveal()));
                eprintln!("{}", issued.token.name());
                Ok(())
            }
            Some(TokenCommand::Revoke { token }) => {
                let (client, id) = child(token, "tokens")?;
                let tokens = admin::list_tokens(&base.door.db, &client, None, MOST_ROWS).await?;
                let found = tokens.iter().find(|token| token.id == id);
                let version = found.map(|token| token.version).ok_or_else(|| format!("there is no {token}"))?;
                let revoke = admin::RevokeToken { client, id, etag: etag(version) };
                println!("{} revoked", write(&base.door.db, sources, revoke).await?.name());
                Ok(())
            }
            Some(TokenCommand::List { client }) => {
                let now = sources.time.now();
                for token in admin::list_tokens(&base.door.db, client, None, MOST_ROWS).await? {
                    let standing = match token.revoke_time {
                        Some(_) => "revoked",
                        None if token.expire_time <= now => "expired",
                        None => "holds",
                    };
                    let until = lianbang::clock::civil_date(token.expire_time);
                    println!("{}  {}…  until {until}  {standing}", token.name(), token.prefix);
                }
                Ok(())
            }
        })
        .await
    }
}

/// Opens the database that the settings name for `work`.
async fn with(file: Option<&Path>, work: impl AsyncFnOnce(&Base, &Sources) -> Outcome) -> Outcome {
    let config = Config::load(file)?;
    let sources = Sources::default();
    let base = server::open(&config, keys(&config)?, &sources).await?;
    let outcome = work(&base, &sources).await;
    base.door.db.close().await;
    outcome
}

async fn write<C: Command>(db: &Db, sources: &Sources, command: C) -> Outcome<C::Answer> {
    match db.write(&sources.own_call(), command, |_| Vec::new()).await? {
        Written::Now(answer) => Ok(answer),
        Written::Before(_) => Err(Error::internal("a call without request_id was answered before").into()),
    }
}

fn checked_id(id: &str) -> Outcome<String> {
    let well_formed = (3..=64).contains(&id.len())
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if well_formed {
        Ok(id.to_owned())
    } else {
        Err("a client's id has 3 to 64 of a-z, 0-9 and -, a letter first".into())
    }
}

fn child(name: &str, collection: &str) -> Outcome<(String, uuid::Uuid)> {
    let (client, id) = ids_in(name, "clients", collection).map_err(|fault| format!("{name} {fault}"))?;
    let id = uuid_in(&format!("{collection}/{id}"), collection).map_err(|fault| format!("{name} {fault}"))?;
    Ok((client.to_owned(), id))
}

fn role(word: &str) -> Result<Role, String> {
    let wanted = word.to_uppercase().replace('-', "_");
    Role::ALL.into_iter().find(|role| role.word() == wanted).ok_or_else(|| {
        let words: Vec<_> = Role::ALL.iter().map(|role| role.word().to_lowercase().replace('_', "-")).collect();
        format!("is not one of {}", words.join(", "))
    })
}

fn area(name: &str) -> Result<Area, String> {
    match name.split('/').next() {
        // The level is looked up when the grant is written.
        Some("regions") => Ok(Area::Region { level: Level::Country, code: Code::from_name(name)? }),
        Some("organizations") => Ok(Area::Organization { id: id_in(name, "organizations")?.to_owned() }),
        _ => {
            let (cadre, id) = ids_in(name, "cadres", "postings")?;
            Ok(Area::Posting { cadre: cadre.to_owned(), id: id.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_areas_are_read_as_an_operator_writes_them() {
        assert_eq!(role("accusation-handler"), Ok(Role::AccusationHandler));
        assert!(role("king").is_err_and(|fault| fault.contains("mediator")));
        assert!(matches!(area("regions/411002000000"), Ok(Area::Region { .. })));
        assert!(area("regions/41").is_err());
        assert!(area("villages/1").is_err());
    }

    #[test]
    fn an_id_is_one_that_the_service_would_take() {
        for id in ["ab", "9ab", "Admin", "a_b"] {
            assert!(checked_id(id).is_err(), "{id}");
        }
        assert!(checked_id("city-portal").is_ok());
    }
}
