environment  = "dev"
managed_data = false
replicas     = 1
