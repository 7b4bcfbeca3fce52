"""Thanks to colleagues, said in public: no points, no ranking."""
