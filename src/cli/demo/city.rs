//! The city: its real divisions, and the offices and cadres that are made up for them.

use std::collections::HashMap;

use lianbang::{
    pb::{
        google::r#type::Date,
        v1::{self, ImportHeader, import_result::Outcome as RowOutcome, organization, posting},
    },
    place::{Code, Level},
};

use super::{dice::Dice, people, stage::Stage};
use crate::cli::{
    Outcome,
    import::{
        kinds::{Cadres, Organizations, Postings, Regions},
        regions,
    },
};

const XUCHANG: &str = include_str!("../../../data/regions/xuchang_regions.csv");
const SOURCE: &str = "demo";
const CITY: &str = "411000000000";
/// The day of the codes that ship with the program.
const EDITION: Date = Date { year: 2023, month: 6, day: 30 };
/// The day of the made-up appointments.
const APPOINTED: Date = Date { year: 2024, month: 3, day: 4 };
/// The day on which some of them were not followed up.
const LAPSED: Date = Date { year: 2025, month: 3, day: 4 };

/// Places that nobody is linked to: the gaps that a coverage report must show. `true`: somebody was, and left.
pub const GAPS: [(&str, bool); 10] = [
    ("411081204000", false), // 磨街乡
    ("411081003010", false), // 天源社区
    ("411081101214", true),  // 水泉村
    ("411081107227", false), // 李沟村
    ("411002006004", true),  // 万里社区
    ("411003104228", false), // 李士坊村
    ("411024107210", true),  // 陈楼村
    ("411025108002", false), // 寺门社区
    ("411071001208", false), // 拳张村
    ("411082105224", true),  // 曹碾头村
];

/// A department that a county is given, the topics that it is competent for.
const DEPARTMENTS: &[(&str, &str, &[&str])] = &[
    ("housing", "住房和城乡建设局", &["housing", "utilities", "city-management"]),
    ("land", "自然资源和规划局", &["land"]),
    ("labour", "人力资源和社会保障局", &["labour"]),
    ("civil", "民政局", &["health"]),
    ("rural", "农业农村局", &["rural"]),
    ("environment", "生态环境局", &["environment"]),
    ("traffic", "交通运输局", &["traffic"]),
];

/// A county of the city with what is in it.
#[derive(Debug)]
pub struct County {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Codes of its villages.
    pub villages: Vec<String>,
    /// Codes of its townships.
    pub townships: Vec<String>,
    /// `organizations/{id}` of the petition office.
    pub petition_office: String,
    /// `organizations/{id}` of the mediation centre.
    pub mediation_center: String,
    /// `organizations/{id}` of the mediation committee there.
    pub mediation_committee: String,
    /// `organizations/{id}` of the departments, by their short word.
    pub departments: HashMap<&'static str, String>,
    /// `cadres/{id}` of those who mediate.
    pub mediators: Vec<(String, String)>,
}

/// The city as it was entered.
#[derive(Debug)]
pub struct City {
    /// Its counties.
    pub counties: Vec<County>,
    /// Names of all places, by code.
    pub names: HashMap<String, String>,
    /// `cadres/{id}/postings/{id}` of who is linked to a place, by code.
    pub postings: HashMap<String, String>,
}

fn padded(code: &str) -> String {
    Code::parse(code).map(|code| code.to_string()).unwrap_or_default()
}

fn header() -> ImportHeader {
    ImportHeader { source: SOURCE.into(), ..ImportHeader::default() }
}

/// Enters regions, offices, cadres and postings.
pub async fn build(stage: &Stage, dice: &mut Dice) -> Outcome<City> {
    let rows = regions::shipped(XUCHANG);
    let mut above = regions::ancestors(rows.iter().map(|row| (row.code.as_str(), row.parent_code.as_str())));
    let mut city = plan(&rows);
    above.extend(rows);
    let edition = v1::RegionImportHeader { import_header: Some(header()), effective_date: Some(EDITION) };
    stage.bulk::<Regions>(edition, above).await?;
    enter_offices(stage, &mut city).await?;
    enter_cadres(stage, dice, &mut city).await?;
    Ok(city)
}

fn plan(rows: &[v1::RegionRow]) -> City {
    let mut city = City { counties: Vec::new(), names: HashMap::new(), postings: HashMap::new() };
    for row in rows {
        let code = padded(&row.code);
        city.names.insert(code.clone(), row.display_name.clone());
        let county = city.counties.iter_mut().find(|county| code.starts_with(&county.code[..6]));
        match (Level::from_stored(row.level), county) {
            (Some(Level::County), _) => city.counties.push(County {
                code,
                name: row.display_name.clone(),
                villages: Vec::new(),
                townships: Vec::new(),
                petition_office: String::new(),
                mediation_center: String::new(),
                mediation_committee: String::new(),
                departments: HashMap::new(),
                mediators: Vec::new(),
            }),
            (Some(Level::Township), Some(county)) => county.townships.push(code),
            (Some(Level::Village), Some(county)) => county.villages.push(code),
            (Some(Level::Country | Level::Province | Level::City | Level::Township | Level::Village) | None, _) => {}
        }
    }
    city
}

struct Office {
    id: String,
    name: String,
    kind: organization::Kind,
    region: String,
    parent: String,
    topics: &'static [&'static str],
}

impl Office {
    fn row(self) -> v1::OrganizationRow {
        let competences = self
            .topics
            .iter()
            .map(|topic| v1::Competence { topic: format!("topics/{topic}"), ..v1::Competence::default() });
        v1::OrganizationRow {
            source_id: self.id,
            organization: Some(v1::Organization {
                display_name: self.name,
                kind: self.kind.into(),
                region: format!("regions/{}", self.region),
                competences: competences.collect(),
                ..v1::Organization::default()
            }),
            parent_source_id: self.parent,
        }
    }
}

async fn enter_offices(stage: &Stage, city: &mut City) -> Outcome {
    use organization::Kind::{Department, MediationCenter, MediationCommittee, PetitionOffice, TownshipGovernment};

    let mut offices = vec![Office {
        id: "petition-city".into(),
        name: "许昌市信访局".into(),
        kind: PetitionOffice,
        region: CITY.into(),
        parent: String::new(),
        topics: &[],
    }];
    for county in &city.counties {
        let short = &county.code[..6];
        let mut add = |word: &str, name: String, kind, region: &str, parent: &str, topics| {
            let (region, parent) = (region.to_owned(), parent.to_owned());
            offices.push(Office { id: format!("{word}-{short}"), name, kind, region, parent, topics });
        };
        let name = &county.name;
        add("petition", format!("{name}信访局"), PetitionOffice, &county.code, "petition-city", &[]);
        add("center", format!("{name}矛盾纠纷调处化解中心"), MediationCenter, &county.code, "", &["public-security"]);
        let committee = format!("{name}人民调解委员会");
        add("committee", committee, MediationCommittee, &county.code, &format!("center-{short}"), &[]);
        for (word, title, topics) in DEPARTMENTS {
            add(word, format!("{name}{title}"), Department, &county.code, "", topics);
        }
        for township in &county.townships {
            let name = &city.names[township];
            let title =
                if name.ends_with("街道") { format!("{name}办事处") } else { format!("{name}人民政府") };
            offices.push(Office {
                id: format!("township-{}", &township[..9]),
                name: title,
                kind: TownshipGovernment,
                region: township.clone(),
                parent: String::new(),
                topics: &["rural", "public-security"],
            });
        }
    }
    let ids: Vec<String> = offices.iter().map(|office| office.id.clone()).collect();
    let names = stage.bulk::<Organizations>(header(), offices.into_iter().map(Office::row).collect()).await?;
    let names: HashMap<String, String> = ids.into_iter().zip(names).collect();
    for county in &mut city.counties {
        let named = |word: &str| names.get(&format!("{word}-{}", &county.code[..6])).cloned().unwrap_or_default();
        county.petition_office = named("petition");
        county.mediation_center = named("center");
        county.mediation_committee = named("committee");
        county.departments = DEPARTMENTS.iter().map(|(word, ..)| (*word, named(word))).collect();
    }
    Ok(())
}

/// Cadres and postings on their way in.
#[derive(Default)]
struct Linked {
    cadres: Vec<v1::CadreRow>,
    postings: Vec<v1::PostingRow>,
    places: Vec<String>,
}

impl Linked {
    fn cadre(&mut self, dice: &mut Dice, id: &str, organization: &str, post: &str, rank: v1::cadre::Rank) -> String {
        let display_name = people::name(dice);
        self.cadres.push(v1::CadreRow {
            source_id: id.to_owned(),
            cadre: Some(v1::Cadre {
                display_name: display_name.clone(),
                rank: rank.into(),
                organization: organization.to_owned(),
                posts: vec![v1::Post { display_name: post.to_owned(), organization: organization.to_owned() }],
                phone: people::phone(dice),
                ..v1::Cadre::default()
            }),
            ..v1::CadreRow::default()
        });
        display_name
    }

    fn posting(&mut self, cadre: &str, place: &str, role: posting::Role, document: &str) {
        let gap = GAPS.iter().find(|(code, _)| *code == place);
        if matches!(gap, Some((_, false))) {
            return;
        }
        let lapsed = gap.is_some();
        self.places.push(if lapsed { String::new() } else { place.to_owned() });
        self.postings.push(v1::PostingRow {
            source_id: format!("{place}-{}", role.as_str_name().to_lowercase()),
            cadre_source_id: cadre.to_owned(),
            posting: Some(v1::Posting {
                region: format!("regions/{place}"),
                role: role.into(),
                valid_from: Some(APPOINTED),
                valid_until: lapsed.then_some(LAPSED),
                appointing_document: Some(v1::PostingDocument {
                    document_number: document.to_owned(),
                    title: "关于领导干部联系乡村工作的通知".into(),
                    issuer: "中共许昌市委办公室".into(),
                    issue_date: Some(APPOINTED),
                }),
                ..v1::Posting::default()
            }),
            end_reason: if lapsed { posting::EndReason::Transfer } else { posting::EndReason::Unspecified }.into(),
            ..v1::PostingRow::default()
        });
    }
}

/// A leader of the county for each township; a cadre of a department or of the township for every four villages, as close together
/// as their codes are; mediators for each centre.
async fn enter_cadres(stage: &Stage, dice: &mut Dice, city: &mut City) -> Outcome {
    use posting::Role::{FirstSecretary, TownshipLeader, VillageHelper};

    const DOCUMENT: &str = "许办〔2024〕7号";
    let mut linked = Linked::default();
    for county in &mut city.counties {
        let short = county.code[..6].to_owned();
        let departments: Vec<&String> = DEPARTMENTS.iter().map(|(word, ..)| &county.departments[word]).collect();
        for (count, township) in county.townships.iter().enumerate() {
            let id = format!("leader-{}", &township[..9]);
            let office = departments[count % departments.len()];
            linked.cadre(dice, &id, office, "党组书记、局长", v1::cadre::Rank::County);
            linked.posting(&id, township, TownshipLeader, DOCUMENT);
        }
        for (count, villages) in county.villages.chunks(4).enumerate() {
            let id = format!("helper-{short}-{count:03}");
            let office = *dice.one_of(&departments);
            linked.cadre(dice, &id, office, "四级主任科员", v1::cadre::Rank::Section);
            for village in villages {
                let role = if dice.below(9) == 0 { FirstSecretary } else { VillageHelper };
                linked.posting(&id, village, role, DOCUMENT);
            }
        }
        for count in 0..4 {
            let id = format!("mediator-{short}-{count}");
            let name = linked.cadre(dice, &id, &county.mediation_center, "专职人民调解员", v1::cadre::Rank::Other);
            county.mediators.push((id, name));
        }
    }
    let Linked { cadres, postings, places } = linked;
    let ids: Vec<String> = cadres.iter().map(|row| row.source_id.clone()).collect();
    let names = stage.bulk::<Cadres>(header(), cadres).await?;
    let names: HashMap<String, String> = ids.into_iter().zip(names).collect();
    for (id, _) in city.counties.iter_mut().flat_map(|county| &mut county.mediators) {
        *id = names.get(id).cloned().unwrap_or_default();
    }
    let names = stage.bulk::<Postings>(header(), postings).await?;
    city.postings = places.into_iter().zip(names).filter(|(place, _)| !place.is_empty()).collect();
    Ok(())
}

/// A row of the made-up city that the register refuses is a fault of the program.
pub fn accepted(result: v1::ImportResult) -> Result<String, String> {
    match (result.outcome(), result.error) {
        (RowOutcome::Created | RowOutcome::Updated | RowOutcome::Unchanged, _) => Ok(result.name),
        (RowOutcome::Failed | RowOutcome::Unspecified, error) => {
            Err(format!("row {}: {}", result.source_id, error.unwrap_or_default().message))
        }
    }
}
