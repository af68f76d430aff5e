"""The page "Side by side": two to four panes, each with its own case, subset and render process, moved together."""
