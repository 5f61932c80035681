"""What the server is configured to be; its answers are in test_serve.py."""

import sys

from dosing.interfaces import server
from dosing.interfaces.options import Serving


def test_kernels_run_apart_from_the_users_configuration():
    command = server.kernel_command()
    assert command[:2] == [sys.executable, "-I"]
    assert "--HistoryManager.enabled=False" in command


def test_only_this_interpreter_is_a_kernel():
    kernels = server.OwnKernels()
    assert list(kernels.get_all_specs()) == ["python3"]
    assert kernels.get_kernel_spec("julia").argv == server.kernel_command()


def test_the_configuration_shows_nothing_and_forgets_what_nobody_looks_at():
    found = server.configuration(Serving(pool=0, idle_s=50))
    assert found.VoilaConfiguration.show_tracebacks is False
    assert found.VoilaConfiguration.file_allowlist == []
    assert found.VoilaConfiguration.preheat_kernel is False
    assert found.MappingKernelManager.cull_idle_timeout == 50
    assert found.MappingKernelManager.cull_interval == 5
    assert found.PasswordIdentityProvider.hashed_password == ""


def test_a_password_is_kept_as_a_hash_only():
    found = server.configuration(Serving(share=True, password="correct horse"))
    assert "correct horse" not in repr(found)
    assert found.PasswordIdentityProvider.hashed_password.startswith("argon2")
