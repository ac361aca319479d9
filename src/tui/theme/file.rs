//! Theme files: a palette, roles, and another theme to build on.
//!
//! ```toml
//! inherits = "default"
//!
//! [palette]                        # names for colours; two forms: for RGB terminals, and for the sixteen colours
//! sea = ["#7fd4e8", "cyan"]
//! coral = "#ff8a70"
//!
//! [roles]
//! key = { fg = "sea", attr = ["bold"] }
//! error = "coral"                  # the same as { fg = "coral" }
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use serde_spanned::Spanned;

use super::color::{self, Depth};
use super::role::{COUNT, Role};

/// The themes that come with the program.
const SHIPPED: &[(&str, &str)] = &[
    ("default", include_str!("../../../themes/default.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../../themes/high-contrast.toml"),
    ),
];

/// Names of the themes that come with the program; `mono` is one, too.
pub fn shipped() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name).chain(["mono"])
}

/// What is wrong with a theme, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {what}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ThemeError {
    /// The file, or the name of a theme that comes with the program.
    pub file: String,
    /// The line, counted from 1, where known.
    pub line: Option<usize>,
    /// What is wrong and what is allowed.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    inherits: Option<Spanned<String>>,
    #[serde(default)]
    palette: BTreeMap<String, Spanned<Forms>>,
    #[serde(default)]
    roles: BTreeMap<Spanned<String>, Spanned<Look>>,
}

/// A colour: the same at every depth, or one for RGB and one for the sixteen.
#[derive(Deserialize, Clone)]
#[serde(
    untagged,
    expecting = "expected a colour such as \"#7fd4e8\", or a pair such as [\"#7fd4e8\", \"cyan\"]"
)]
enum Forms {
    One(String),
    Two([String; 2]),
}

#[derive(Deserialize, Clone)]
#[serde(untagged, expecting = "expected a colour, or a table with fg, bg and attr")]
enum Look {
    Plain(String),
    Whole(Whole),
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Whole {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    attr: Vec<String>,
}

/// A file that was read, with the place of what it says.
struct Source {
    file: String,
    text: String,
    raw: Raw,
}

impl Source {
    fn read(file: String, text: String) -> Result<Self, ThemeError> {
        let raw = toml::from_str(&text).map_err(|error: toml::de::Error| ThemeError {
            file: file.clone(),
            line: error.span().map(|span| line_of(&text, span.start)),
            what: error.message().to_owned(),
        })?;
        Ok(Self { file, text, raw })
    }

    fn wrong(&self, at: usize, what: String) -> ThemeError {
        ThemeError {
            file: self.file.clone(),
            line: Some(line_of(&self.text, at)),
            what,
        }
    }
}

fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|b| *b == b'\n').count() + 1
}

/// The look of every role, out of the theme of that name (or the file of that path) and those it inherits from.
pub(super) fn styles(
    choice: &str,
    folder: Option<&Path>,
    depth: Depth,
) -> Result<[Style; COUNT], ThemeError> {
    let mut chain: Vec<Source> = Vec::new();
    let mut next = Some((choice.to_owned(), None));
    while let Some((name, asked_at)) = next {
        let place = place_of(&name, folder);
        if let Some(known) = chain.iter().position(|source| source.file == place) {
            let cycle: Vec<&str> = chain[known..].iter().map(|source| source.file.as_str()).collect();
            let what = format!("the theme inherits from itself: {} → {place}", cycle.join(" → "));
            return Err(wrong_in(chain.last(), asked_at, &place, what));
        }
        let text = text_of(&name, &place).map_err(|what| wrong_in(chain.last(), asked_at, &place, what))?;
        let source = Source::read(place, text)?;
        next = source
            .raw
            .inherits
            .as_ref()
            .map(|parent| (parent.get_ref().clone(), Some(parent.span().start)));
        chain.push(source);
    }
    fill(&chain, depth)
}

fn wrong_in(source: Option<&Source>, at: Option<usize>, place: &str, what: String) -> ThemeError {
    match (source, at) {
        (Some(source), Some(at)) => source.wrong(at, what),
        _ => ThemeError {
            file: place.to_owned(),
            line: None,
            what,
        },
    }
}

fn is_path(name: &str) -> bool {
    name.ends_with(".toml") || name.contains(['/', '\\'])
}

/// The file that a name means: one that comes with the program (by its name), a path, or a file in the folder.
fn place_of(name: &str, folder: Option<&Path>) -> String {
    let shipped = SHIPPED.iter().any(|(known, _)| *known == name);
    match folder {
        _ if shipped || (is_path(name) && (Path::new(name).is_absolute() || folder.is_none())) => {
            name.to_owned()
        }
        Some(folder) if is_path(name) => folder.join(name).display().to_string(),
        Some(folder) => folder.join(format!("{name}.toml")).display().to_string(),
        None => name.to_owned(),
    }
}

fn text_of(name: &str, place: &str) -> Result<String, String> {
    if let Some((_, text)) = SHIPPED.iter().find(|(known, _)| *known == name) {
        return Ok((*text).to_owned());
    }
    std::fs::read_to_string(PathBuf::from(place)).map_err(|error| {
        let known: Vec<&str> = shipped().collect();
        format!(
            "no theme `{name}`: {error}; there are {}, and files by their path",
            known.join(", ")
        )
    })
}

/// Fills the roles: what the theme says goes before what it inherits, then before the role's fallback.
fn fill(chain: &[Source], depth: Depth) -> Result<[Style; COUNT], ThemeError> {
    let mut palette: BTreeMap<&str, Color> = BTreeMap::new();
    let mut said: [Option<Style>; COUNT] = [None; COUNT];
    // the oldest ancestor first, so that later ones overwrite
    for source in chain.iter().rev() {
        for (name, forms) in &source.raw.palette {
            let color =
                form(forms.get_ref(), depth).map_err(|what| source.wrong(forms.span().start, what))?;
            palette.insert(name, color);
        }
    }
    for source in chain.iter().rev() {
        for (name, look) in &source.raw.roles {
            let at = name.span().start;
            let Some(role) = Role::from_name(name.get_ref()) else {
                let known: Vec<&str> = Role::all().map(Role::name).collect();
                let what = format!(
                    "there is no role `{}`; the roles are {}",
                    name.get_ref(),
                    known.join(", ")
                );
                return Err(source.wrong(at, what));
            };
            let style = style(look.get_ref(), &palette, depth).map_err(|what| source.wrong(at, what))?;
            said[role as usize] = Some(style);
        }
    }
    let mut styles = [Style::new(); COUNT];
    for role in Role::all() {
        // the ground is the text's alone
        let fallback = match role.fallback() {
            Role::Text => Style {
                bg: None,
                ..styles[Role::Text as usize]
            },
            other => styles[other as usize],
        };
        styles[role as usize] = said[role as usize].unwrap_or(fallback);
    }
    Ok(styles)
}

fn form(forms: &Forms, depth: Depth) -> Result<Color, String> {
    let (rgb, ansi) = match forms {
        Forms::One(text) => (text, None),
        Forms::Two([rgb, ansi]) => (rgb, Some(ansi)),
    };
    let parse = |text: &String| {
        color::parse(text).ok_or_else(|| {
            format!("`{text}` is no colour; write #rrggbb, `reset`, or one of the sixteen such as `cyan` or `light-red`")
        })
    };
    // both are read at every depth, so that a mistake shows everywhere
    let (rgb, ansi) = (parse(rgb)?, ansi.map(parse).transpose()?);
    Ok(match (depth, ansi) {
        (Depth::Ansi16, Some(ansi)) => ansi,
        _ => color::at_depth(rgb, depth),
    })
}

fn style(look: &Look, palette: &BTreeMap<&str, Color>, depth: Depth) -> Result<Style, String> {
    let whole = match look {
        Look::Plain(fg) => Whole {
            fg: Some(fg.clone()),
            bg: None,
            attr: Vec::new(),
        },
        Look::Whole(whole) => whole.clone(),
    };
    let find = |name: &String| match palette.get(name.as_str()) {
        Some(color) => Ok(*color),
        None => form(&Forms::One(name.clone()), depth)
            .map_err(|_| format!("`{name}` is neither in the palette nor a colour")),
    };
    let mut style = Style::new();
    style.fg = whole.fg.as_ref().map(find).transpose()?;
    style.bg = whole.bg.as_ref().map(find).transpose()?;
    for attr in &whole.attr {
        style = style.add_modifier(match attr.as_str() {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "reverse" => Modifier::REVERSED,
            other => {
                return Err(format!(
                    "`{other}` is no attribute; there are bold, dim, italic, underline, reverse"
                ));
            }
        });
    }
    Ok(style)
}
