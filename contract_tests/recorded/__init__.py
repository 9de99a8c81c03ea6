"""Traffic that somebody else sent: what an archive or a proxy has of it, judged without sending anything."""
