"""Runs all of StreamCart on one machine: servers, gateway, processes, their logs and their status."""
