"""Random coffee: who likes meets a colleague from elsewhere, every two weeks."""
