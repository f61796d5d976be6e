DROP VIEW playback_libraryentry;
