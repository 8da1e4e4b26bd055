//! Tests on the running kernel. Every one forks: filters are for good.

mod install;
mod log;
mod main_job;
mod old_kernel;
mod status;
mod sweep;
mod threads;
mod tools;

use seccomptime_tests::{live_tests, support::harness};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::main(live_tests![
        main_job::the_kernel_records_what_default_log_logs,
        main_job::an_unlisted_call_kills_the_process,
        main_job::kill_process_is_what_an_unsaid_default_is,
        main_job::an_unlisted_call_answers_an_errno,
        main_job::an_unlisted_call_traps,
        main_job::trace_without_a_tracer_is_enosys,
        main_job::kill_thread_leaves_the_process,
        main_job::notify_is_refused_while_nobody_could_answer,
        main_job::a_program_ends_well_under_a_killing_default,
        sweep::allow_list,
        sweep::allow_list_by_int_0x80,
        sweep::every_verb,
        sweep::every_verb_by_int_0x80,
        sweep::deny_list,
        sweep::deny_list_by_int_0x80,
        log::allow_is_silent_and_log_is_not,
        log::a_rule_that_logs_is_recorded_among_refusals_that_are_not,
        log::the_flag_has_refusals_logged,
        old_kernel::user_code_never_runs_unprotected,
        old_kernel::this_kernel_puts_every_policy_in_force,
        old_kernel::no_seccomp_call_installs_through_prctl,
        old_kernel::no_seccomp_call_has_no_flags,
        old_kernel::a_probe_of_einval_means_no_log,
        old_kernel::a_probe_of_eopnotsupp_means_no_log,
        old_kernel::what_is_said_after_or_replaces_log,
        old_kernel::kill_thread_replaces_kill_process_by_itself,
        old_kernel::errno_needs_no_probe,
        old_kernel::a_refused_probe_is_answered_by_the_sysctl,
        old_kernel::a_sysctl_without_log_means_no_log,
        old_kernel::what_nobody_can_tell_is_not_taken_for_there,
        old_kernel::no_new_privs_refused_ends_with_78,
        old_kernel::no_new_privs_claimed_ends_with_78,
        old_kernel::a_kernel_of_tsync_alone_takes_a_policy_without_flags,
        old_kernel::a_kernel_without_filters_ends_with_78,
        old_kernel::a_kernel_without_seccomp_at_all_ends_with_78,
        old_kernel::a_success_that_installs_nothing_ends_with_78,
        old_kernel::an_exit_group_that_is_answered_leaves_exit,
        old_kernel::exits_that_are_answered_leave_the_trapping_instruction,
        old_kernel::on_error_return_is_an_error_of_main,
        old_kernel::on_error_panic_panics,
        old_kernel::on_error_continue_says_so_and_goes_on,
        threads::tsync_covers_a_thread_that_existed_before,
        threads::outside_main_the_calling_thread_alone_is_covered,
        threads::a_thread_with_a_filter_of_its_own_is_named,
        threads::without_seccomp_call_many_threads_are_refused,
        threads::without_seccomp_call_a_thread_alone_is_covered,
        threads::of_two_filters_the_stricter_answers_and_of_two_errnos_the_newer,
        threads::a_worker_stacks_a_filter_a_call,
        threads::a_thread_full_of_filters_is_told_so,
        install::an_install_allocates_nothing,
        install::no_new_privs_is_set,
        install::keep_privs_keeps_them,
        install::keep_privs_without_any_ends_with_78,
        status::all_of_a_policy_is_in_force,
        status::the_flags_are_named,
        status::a_downgrade_is_named_with_its_reason,
        status::what_replaces_log_is_what_happens,
        status::what_replaces_kill_process_kills_the_thread_alone,
        status::what_is_allowed_in_place_of_all_is_nothing_in_force,
        status::prctl_is_named,
        status::what_the_kernel_does_not_log_is_named,
        status::a_debug_build_says_that_log_is_not_logged,
        status::a_log_that_cannot_be_looked_up_is_no_failure,
        status::a_second_install_that_would_kill_is_an_error,
        status::a_second_install_works_after_install,
        status::a_thread_s_filter_keeps_no_other_from_installing,
        status::a_refused_probe_leaves_kill_process_as_it_is,
        tools::the_log_shows_a_logged_call,
        tools::a_call_that_passes_is_not_logged,
        tools::a_rule_holds_where_all_its_conditions_do,
        tools::a_trap_tells_number_arch_and_data,
        tools::a_call_by_int_0x80_is_foreign,
        tools::a_child_that_panics_does_not_return,
        tools::a_sweep_sees_what_each_answer_is,
        tools::a_sweep_executes_nothing,
    ])
}
