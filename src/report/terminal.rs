//! What the output goes to: colours and width.

use std::str::FromStr;

use owo_colors::{OwoColorize, Style};

/// When to write colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// When the output is a terminal that takes them.
    #[default]
    Auto,
    /// Always, for instance into a pager.
    Always,
    /// Never.
    Never,
}

impl FromStr for ColorChoice {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "auto" => Ok(ColorChoice::Auto),
            "always" => Ok(ColorChoice::Always),
            "never" => Ok(ColorChoice::Never),
            _ => Err(format!("`{word}` is none of auto, always, never")),
        }
    }
}

/// The place that text for people is written to.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// What the user asked for.
    pub color: ColorChoice,
    /// Whether the output is a terminal that takes colours (`NO_COLOR` and `TERM=dumb` say no).
    pub is_terminal: bool,
    /// Columns; narrower than 40 is taken as 40.
    pub width: usize,
}

/// What a piece of text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    Bold,
    Dim,
    Good,
    Caution,
    Bad,
    Unsure,
    Code,
    Heading,
    Link,
}

impl Terminal {
    /// A place without colours, such as a pipe.
    pub fn plain(width: usize) -> Terminal {
        Terminal {
            color: ColorChoice::Never,
            is_terminal: false,
            width,
        }
    }

    pub(crate) fn columns(&self) -> usize {
        self.width.max(40)
    }

    pub(crate) fn is_colored(&self) -> bool {
        match self.color {
            ColorChoice::Auto => self.is_terminal,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        }
    }

    pub(crate) fn paint(&self, paint: Paint, text: &str) -> String {
        let style = match paint {
            _ if !self.is_colored() => return text.to_owned(),
            Paint::Plain => return text.to_owned(),
            Paint::Bold => Style::new().bold(),
            Paint::Dim => Style::new().dimmed(),
            Paint::Good => Style::new().green(),
            Paint::Caution => Style::new().yellow(),
            Paint::Bad => Style::new().red().bold(),
            Paint::Unsure => Style::new().magenta(),
            Paint::Code => Style::new().cyan(),
            Paint::Heading => Style::new().bold().bright_green(),
            Paint::Link => Style::new().underline().blue(),
        };
        text.style(style).to_string()
    }
}
