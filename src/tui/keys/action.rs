//! What a key can ask for.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::tui) enum Action {
    /// One row or line up.
    Up,
    /// One row or line down.
    Down,
    /// The column to the left.
    Left,
    /// The column to the right.
    Right,
    /// To the first row or line.
    First,
    /// To the last row or line.
    Last,
    /// A screenful up.
    PageUp,
    /// A screenful down.
    PageDown,
    /// Half a screenful up.
    HalfUp,
    /// Half a screenful down.
    HalfDown,
    /// The matrix of containers and kinds.
    ViewMatrix,
    /// The list of namespaces.
    ViewNamespaces,
    /// The list of processes.
    ViewProcesses,
    /// The list of network namespaces.
    ViewNetwork,
    /// Details of the chosen row, or what is inside it.
    Open,
    /// One level back; never out.
    Back,
    /// From the list to the details and back.
    NextPane,
    /// Details beside the list, on or off.
    TogglePane,
    /// From the chosen row to its namespaces.
    GoNamespaces,
    /// From the chosen row to its processes.
    GoProcesses,
    /// From the chosen row to its container.
    GoContainer,
    /// From the chosen row to the interfaces of its network namespace.
    GoInterfaces,
    /// From the chosen interface to what it is plugged into.
    GoEnd,
    /// A way into the namespaces of the chosen row.
    Shell,
    /// Keep the rows that match; in text, search.
    Filter,
    /// Choose a command by its name.
    Palette,
    /// Help, on or off.
    Help,
    /// What could not be seen, and why.
    Gaps,
    /// Sort by the next column.
    Sort,
    /// The other way round.
    Reverse,
    /// Flat, or as a tree.
    Tree,
    /// Keep the chosen row in its place.
    Follow,
    /// Hold the data still, or let it go on.
    Pause,
    /// Scan now.
    Refresh,
    /// Kernel threads, shown or hidden.
    KernelThreads,
    /// What has nothing but the host's namespaces, shown or hidden.
    HostOnly,
    /// Mark the row for a comparison.
    Mark,
    /// Forget all marks.
    Unmark,
    /// Compare two rows kind by kind.
    Compare,
    /// Copy the cell.
    CopyCell,
    /// Copy the row as JSON.
    CopyJson,
    /// Copy the command line that enters the row's namespaces.
    CopyEnter,
    /// Write the snapshot to a file.
    Write,
    /// The mouse, on or off.
    Mouse,
    /// Colours for a dark background.
    ThemeDark,
    /// Colours for a light background.
    ThemeLight,
    /// No colours.
    ThemeMono,
    /// Draw everything anew.
    Redraw,
    /// Give the terminal back to the shell for now.
    Suspend,
    /// The end.
    Quit,
}
