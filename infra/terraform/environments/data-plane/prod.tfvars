environment  = "prod"
managed_data = true
replicas     = 2
