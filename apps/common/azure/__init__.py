"""Azure's services by the pod's workload identity: no password is stored, and none is in Terraform's state."""
