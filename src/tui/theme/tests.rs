//! Themes that come with the program can be read by people, and mistakes in themes are named.

use std::path::Path;

use super::*;

const COLOURED: [(&str, f64); 3] = [("default", 4.5), ("light", 4.5), ("high-contrast", 7.0)];

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

fn error(folder: &Path, text: &str) -> String {
    let path = file(folder, "wrong.toml", text);
    let error = Theme::load(&path, Some(folder), Depth::Rgb)
        .expect_err(text)
        .to_string();
    error.replace(&folder.display().to_string(), "")
}

#[test]
fn every_text_can_be_read_on_its_ground() {
    for (name, least) in COLOURED {
        let theme = Theme::load(name, None, Depth::Rgb).expect(name);
        for role in Role::all().filter(|role| *role != Role::Border) {
            let (fg, bg) = theme.read_in(role);
            let ratio = contrast(fg, bg).expect("colours that are known");
            assert!(
                ratio >= least,
                "{name}: {} has {ratio:.2}, needs {least}",
                role.name()
            );
        }
        let (line, ground) = theme.read_in(Role::Border);
        assert!(
            contrast(line, ground).expect("known") >= 2.5,
            "{name}: borders can be seen"
        );
    }
}

#[test]
fn every_theme_is_whole_at_every_depth() {
    for name in shipped() {
        for depth in [Depth::Mono, Depth::Ansi16, Depth::Ansi256, Depth::Rgb] {
            let theme = Theme::load(name, None, depth).expect(name);
            let marked = theme.style(Role::Selection);
            assert_ne!(marked, theme.style(Role::Text), "{name}: the selection shows");
            for role in Role::all() {
                let style = theme.style(role);
                for color in [style.fg, style.bg].into_iter().flatten() {
                    match depth {
                        Depth::Mono => panic!("{name}: colour without colour"),
                        Depth::Ansi16 => {
                            assert!(!matches!(color, Color::Rgb(..) | Color::Indexed(_)), "{name}")
                        }
                        Depth::Ansi256 => assert!(!matches!(color, Color::Rgb(..)), "{name}"),
                        Depth::Rgb => {}
                    }
                }
            }
        }
    }
}

#[test]
fn without_colour_attributes_tell() {
    let mono = Theme::mono();
    assert!(
        mono.style(Role::Selection)
            .add_modifier
            .contains(Modifier::REVERSED)
    );
    assert!(mono.style(Role::Key).add_modifier.contains(Modifier::BOLD));
    assert_eq!(mono.state("disputed").0, "⚑");
    assert_eq!(mono.clone().with_ascii(true).priority("urgent").0, "!");
    assert_eq!(Theme::load("default", None, Depth::Mono), Ok(mono));
}

#[test]
fn a_persons_own_theme_builds_on_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "inherits = \"light\"\n[palette]\nsky = \"#123456\"\n[roles]\nerror = { fg = \"red\", attr = [\"underline\"] }\n";
    let path = file(folder.path(), "mine.toml", text);
    for choice in [path.as_str(), "mine", "mine.toml"] {
        let theme = Theme::load(choice, Some(folder.path()), Depth::Rgb).expect(choice);
        let light = Theme::load("light", None, Depth::Rgb).expect("light");
        assert_eq!(
            theme.style(Role::Key).fg,
            Some(Color::Rgb(0x12, 0x34, 0x56)),
            "the palette reaches what is inherited"
        );
        assert_eq!(theme.style(Role::Error).fg, Some(Color::Red));
        assert_eq!(theme.style(Role::Error).add_modifier, Modifier::UNDERLINED);
        assert_eq!(theme.style(Role::Text), light.style(Role::Text));
    }
    file(
        folder.path(),
        "bare.toml",
        "[roles]\ntext = { fg = \"#ffffff\", bg = \"#000000\" }\ngood = \"#00ff00\"\n",
    );
    let bare = Theme::load("bare", Some(folder.path()), Depth::Rgb).expect("bare");
    assert_eq!(
        bare.style(Role::StateActive).fg,
        Some(Color::Rgb(0, 255, 0)),
        "falls back to good"
    );
    assert_eq!(bare.style(Role::Muted).bg, None, "the ground is the text's alone");
}

#[test]
fn mistakes_are_named_with_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    for (text, says) in [
        (
            "[roles]\nkey = \"sky\"\n",
            "/wrong.toml:2: `sky` is neither in the palette nor a colour",
        ),
        (
            "[palette]\n\nsky = \"bleu\"\n",
            "/wrong.toml:3: `bleu` is no colour",
        ),
        (
            "[roles]\nkey = \"red\"\nkeys = \"red\"\n",
            "/wrong.toml:3: there is no role `keys`",
        ),
        (
            "[roles]\nkey = { fg = \"red\", attr = [\"blink\"] }\n",
            "/wrong.toml:2: `blink` is no attribute",
        ),
        ("inherits = \"nowhere\"\n", "/wrong.toml:1: no theme `nowhere`"),
        (
            "\ninherits = \"wrong\"\n",
            "/wrong.toml:2: the theme inherits from itself",
        ),
        ("[rules]\n", "/wrong.toml:1: unknown field `rules`"),
        ("[roles]\nkey = 3\n", "/wrong.toml:2: expected a colour"),
        ("[roles\n", "/wrong.toml:1: "),
    ] {
        let said = error(at, text);
        assert!(said.starts_with(says), "{said:?} instead of {says:?}");
    }
    let missing = Theme::load("absent", None, Depth::Rgb).expect_err("absent");
    assert!(
        missing.to_string().starts_with("absent: no theme `absent`"),
        "{missing}"
    );
}
